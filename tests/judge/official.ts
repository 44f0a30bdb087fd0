// The official schemas as validators, and the places where our schemas stand beside them.

import { readFileSync } from 'node:fs';
import {
  CallCreateRequest,
  CallIncomingWebhook,
  CallReferRequest,
  CallRejectRequest,
  ClientEvent,
  CreateClientSecretRequest,
  CreateClientSecretResponse,
  CreateTranslationClientSecretRequest,
  CreateTranslationClientSecretResponse,
  decodeClientEvent,
  decodeItem,
  decodeServerEvent,
  type Schema,
  ServerEvent,
  TranslationClientEvent,
  TranslationServerEvent,
} from '@colloquy/protocol';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { EXCEPTIONS } from './exceptions.ts';
import type { Json } from './shape.ts';

type Node = Schema<unknown>['node'];

/** A fresh copy of the schemas of one of the two official files, GA and beta in one table. */
export function readSchemas(file = 'realtime.schemas.json'): Record<string, Json> {
  const document = JSON.parse(readFileSync(new URL(`../data/${file}`, import.meta.url), 'utf8'));
  return { ...document['x-beta'].components.schemas, ...document.components.schemas };
}

/** The schemas with every exception but one (or none) applied. */
export function patchedSchemas(except?: string): Record<string, Json> {
  const schemas = readSchemas();
  for (const exception of EXCEPTIONS) if (exception.id !== except) exception.patch(schemas);
  return schemas;
}

/** Makes validators out of schemas, each by its name. */
export function validators(schemas: Record<string, Json>): (name: string) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, logger: false });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addKeyword({
    keyword: 'isItemOfTheSeed',
    validate: (_: boolean, value: unknown) => decodeItem(structuredClone(value), { profile: 'strict' }).ok,
  });
  ajv.addSchema({ $id: 'official', components: { schemas } });
  return (name) => {
    const validate = ajv.getSchema(`official#/components/schemas/${name}`);
    if (!validate) throw new Error(`there is no schema ${name}`);
    return validate as ValidateFunction;
  };
}

/** One official schema and ours for the same thing, with our verdict in the profile `strict`. */
export interface Twin {
  readonly name: string;
  readonly node: Node;
  readonly accepts: (value: unknown) => boolean;
}

/** Official union of events → ours, and how such events are decoded. */
const UNIONS = [
  ['RealtimeServerEvent', ServerEvent, (value: unknown) => decodeServerEvent(value, { profile: 'strict' })],
  ['RealtimeClientEvent', ClientEvent, (value: unknown) => decodeClientEvent(value, { profile: 'strict' })],
  [
    'RealtimeTranslationServerEvent',
    TranslationServerEvent,
    (value: unknown) => decodeServerEvent(value, { profile: 'strict', translation: true }),
  ],
  [
    'RealtimeTranslationClientEvent',
    TranslationClientEvent,
    (value: unknown) => decodeClientEvent(value, { profile: 'strict', translation: true }),
  ],
] as const;

const BODIES: Readonly<Record<string, Schema<never>>> = {
  RealtimeCreateClientSecretRequest: CreateClientSecretRequest,
  RealtimeCreateClientSecretResponse: CreateClientSecretResponse,
  RealtimeTranslationClientSecretCreateRequest: CreateTranslationClientSecretRequest,
  RealtimeTranslationClientSecretCreateResponse: CreateTranslationClientSecretResponse,
  RealtimeCallCreateRequest: CallCreateRequest,
  RealtimeCallRejectRequest: CallRejectRequest,
  RealtimeCallReferRequest: CallReferRequest,
  WebhookRealtimeCallIncoming: CallIncomingWebhook,
} as never;

/** The names of the events of an official union: event type → schema. */
export function eventsOf(schemas: Record<string, Json>, union: string): Map<string, string> {
  const arms: { $ref: string }[] = schemas[union].anyOf ?? schemas[union].oneOf;
  return new Map(
    arms.map(({ $ref }) => {
      const name = $ref.split('/').at(-1) as string;
      const { type } = schemas[name].properties;
      return [type.const ?? type.enum[0], name];
    }),
  );
}

/** Our schemas by event type. */
const nodesOf = (union: Schema<never>): Readonly<Record<string, Node>> =>
  (union.node as Extract<Node, { kind: 'variants' }>).of;

/** Everything that is said twice: in the official document and in our code. */
export function twins(schemas: Record<string, Json>): Twin[] {
  const events = UNIONS.flatMap(([union, ours, decode]) =>
    [...eventsOf(schemas, union)].map(([type, name]) => {
      const node = nodesOf(ours as never)[type];
      if (!node) throw new Error(`we have no schema for ${type}`);
      // A value of another type than the schema's own is another schema's business, on both sides.
      return { name, node, accepts: (value: unknown) => typeOf(value) === type && decode(value).ok };
    }),
  );
  const bodies = Object.entries(BODIES).map(([name, schema]) => ({
    name,
    node: schema.node,
    accepts: (value: unknown) => schema.check(value, 'strict') === undefined,
  }));
  return [...events, ...bodies];
}

const typeOf = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'type')
    ? (value as { type: unknown }).type
    : undefined;
