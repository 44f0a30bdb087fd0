// The official examples: each one that is JSON is understood, and nothing of it is lost.

import { readFileSync } from 'node:fs';
import {
  CallReferRequest,
  CallRejectRequest,
  CreateClientSecretRequest,
  CreateTranslationClientSecretRequest,
  CreateTranslationClientSecretResponse,
  decodeClientEvent,
  decodeItem,
  decodeServerEvent,
  encodeEvent,
  encodeItem,
  RealtimeSessionUpdate,
  type Schema,
} from '@colloquy/protocol';
import { describe, expect, it } from 'vitest';

interface Row {
  name: string;
  direction: 'client' | 'server';
  event: unknown;
  surface: string;
  schema: string;
  json_ok?: boolean;
  kind?: string;
}

const rows = (file: string): Row[] =>
  readFileSync(new URL(`../data/${file}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const examples = rows('examples.jsonl').filter((row) => row.json_ok);
const minimal = rows('examples.minimal.jsonl');
const wire = examples.filter((row) => row.surface === 'ga' || row.surface === 'translation');
const rest = examples.filter((row) => row.surface === 'rest');

/** REST bodies of today's API, which have schemas here; those of the beta are the bridge's. */
const BODIES: Readonly<Record<string, Schema<never>>> = {
  RealtimeSessionCreateRequestGA: RealtimeSessionUpdate,
  RealtimeCallReferRequest: CallReferRequest,
  RealtimeCallRejectRequest: CallRejectRequest,
  RealtimeCreateClientSecretRequest: CreateClientSecretRequest,
  RealtimeTranslationClientSecretCreateRequest: CreateTranslationClientSecretRequest,
  RealtimeTranslationClientSecretCreateResponse: CreateTranslationClientSecretResponse,
} as never;

const isTranslation = ({ surface, schema }: Row) =>
  surface === 'translation' || schema.startsWith('RealtimeTranslation');
const decode = (row: Row, frame: unknown) => {
  const options = { translation: isTranslation(row) };
  return row.direction === 'client' ? decodeClientEvent(frame, options) : decodeServerEvent(frame, options);
};

describe('official examples', () => {
  it('are all here', () => {
    expect(wire).toHaveLength(61);
    expect(rest).toHaveLength(10);
    expect(minimal).toHaveLength(76);
  });

  it.each(wire.map((row) => [row.direction, row.name, row] as const))(
    '[CD11, CD3] %s %s decodes, and encodes without loss',
    (_, name, row) => {
      const text = JSON.stringify(row.event);
      const decoded = decode(row, text);
      if (!decoded.ok) throw new Error(JSON.stringify(decoded.issues));
      expect(decoded).toMatchObject({ known: true, value: { type: name } });
      expect(encodeEvent(decoded.value)).toBe(text);
    },
  );

  it('[CD11] the DTMF example decodes once its leading blank is removed', () => {
    const example = { type: ' input_audio_buffer.dtmf_event_received', event: '9', received_at: 1763605109 };
    expect(decodeServerEvent(example)).toMatchObject({ ok: true, known: false });
    expect(decodeServerEvent({ ...example, type: example.type.trim() })).toMatchObject({ ok: true, known: true });
  });

  it.each(rest.map((row) => [row.name, row] as const))('[CD11] %s', (_, row) => {
    const schema = BODIES[row.schema];
    expect(schema === undefined).toBe(/^Realtime(Transcription)?SessionCreate(Request|Response)$/.test(row.schema));
    expect(schema?.check(row.event)).toBeUndefined();
  });
});

describe('minimal instances', () => {
  it.each(minimal.map((row) => [row.kind, row.name, row] as const))(
    '[CD3, CD4] %s %s survives the round trip',
    (kind, _, row) => {
      const text = JSON.stringify(row.event);
      const decoded = kind === 'item' ? decodeItem(text) : decode(row, text);
      if (!decoded.ok) throw new Error(JSON.stringify(decoded.issues));
      expect(decoded.known).toBe(true);
      const encoded = kind === 'item' ? encodeItem(decoded.value) : encodeEvent(decoded.value);
      expect(encoded).toBe(text);
      const again = kind === 'item' ? decodeItem(encoded) : decode(row, encoded);
      expect(again).toEqual(decoded);
    },
  );
});
