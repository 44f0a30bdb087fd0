import { mutate, random, wireValue } from '@support/wire-values.mjs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { ClientEvent } from '../wire/realtime-client-events.ts';
import { RealtimeContentPart, RealtimeConversationItem, ResponseInputItem } from '../wire/realtime-conversation.ts';
import { ServerEvent } from '../wire/realtime-server-events.ts';
import {
  CallIncomingWebhook,
  CreateClientSecretRequest,
  CreateClientSecretResponse,
} from '../wire/realtime-session.ts';
import { TranslationClientEvent, TranslationServerEvent } from '../wire/realtime-translation.ts';
import { toJsonSchema } from './json-schema.ts';
import { array, integer, lazy, object, optional, type Profile, type Schema, string } from './schema.ts';

const SEED = 4711;
const ROUNDS = 1500;
const schemas: Record<string, Schema<unknown>> = {
  ServerEvent,
  ClientEvent,
  TranslationServerEvent,
  TranslationClientEvent,
  RealtimeConversationItem,
  RealtimeContentPart,
  ResponseInputItem,
  CreateClientSecretRequest,
  CreateClientSecretResponse,
  CallIncomingWebhook,
} as never;
const profiles: Profile[] = ['tolerant', 'server', 'strict'];

describe('toJsonSchema', () => {
  for (const [name, schema] of Object.entries(schemas)) {
    for (const profile of profiles) {
      it(`${name} in ${profile}: a validator gives the same verdicts (seed ${SEED})`, { tags: 'long' }, () => {
        const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
        const validate = ajv.compile(toJsonSchema(schema, profile));
        const r = random(SEED);
        const verdicts = { accepted: 0, refused: 0 };
        for (let i = 0; i < ROUNDS; i++) {
          const value = wireValue(schema.node, r, { extras: i % 2 ? 0 : 0.1 });
          if (i % 3) mutate(value, r);
          const issue = schema.check(value, profile);
          expect(validate(value), `${JSON.stringify(value)} ${issue?.message}`).toBe(issue === undefined);
          verdicts[issue ? 'refused' : 'accepted']++;
        }
        expect(verdicts.accepted).toBeGreaterThan(ROUNDS / 10);
        expect(verdicts.refused).toBeGreaterThan(ROUNDS / 20);
      });
    }
  }

  it('is plain JSON of draft 2020-12, shapes named after what they are', () => {
    const document = toJsonSchema(ServerEvent);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(document.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(Object.keys(document.$defs as object)).toEqual(
      expect.arrayContaining(['session', 'item', 'response', 'part']),
    );
    expect(JSON.stringify(document).length).toBeLessThan(100_000);
  });

  it('ends where a shape holds itself', () => {
    interface Tree {
      leaf: number;
      trees?: Tree[];
    }
    const Tree: Schema<Tree> = object<Tree>({ leaf: integer(), trees: optional(array(lazy(() => Tree))) });
    const validate = new Ajv2020().compile(toJsonSchema(Tree, 'strict'));
    expect(validate({ leaf: 1, trees: [{ leaf: 2, trees: [] }] })).toBe(true);
    expect(validate({ leaf: 1, trees: [{ leaf: 2, trees: [{}] }] })).toBe(false);
  });

  it('says bounds only where the profile judges them', () => {
    const Bounded = object<{ name: string; count: number }>({ name: string({ max: 3 }), count: integer({ min: 1 }) });
    expect(toJsonSchema(Bounded).properties).toEqual({ name: { type: 'string' }, count: { type: 'integer' } });
    expect(toJsonSchema(Bounded, 'server')).toMatchObject({
      properties: { name: { type: 'string', maxLength: 3 }, count: { type: 'integer', minimum: 1 } },
      required: ['name', 'count'],
      additionalProperties: false,
    });
  });
});
