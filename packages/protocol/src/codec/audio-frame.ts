// Encodes and decodes audio frames without the JSON parser where the frame allows it; the result is the same.

import { eventTypeOf } from '../event-types.ts';
import type { InputAudioBufferAppendEvent } from '../wire/realtime-client-events.ts';
import type { ResponseOutputAudioDeltaEvent } from '../wire/realtime-server-events.ts';
import type { TranslationAppendEvent, TranslationOutputAudioDeltaEvent } from '../wire/realtime-translation.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import {
  type Accepted,
  decodeClientEvent,
  decodeServerEvent,
  encodeEvent,
  type Refused,
  type Unprintable,
} from './codec.ts';
import { createDeltaMemo, scanAudioHead } from './delta-scanner.ts';

/** The events that carry audio of their own, in `delta` or in `audio`. */
export type AudioEvent =
  | ResponseOutputAudioDeltaEvent
  | InputAudioBufferAppendEvent
  | TranslationOutputAudioDeltaEvent
  | TranslationAppendEvent;

/** An audio event without its audio. */
export type AudioHead =
  | Omit<ResponseOutputAudioDeltaEvent, 'delta'>
  | Omit<InputAudioBufferAppendEvent, 'audio'>
  | Omit<TranslationOutputAudioDeltaEvent, 'delta'>
  | Omit<TranslationAppendEvent, 'audio'>;

/** An audio event, its payload left empty, and the bytes the payload stands for: pcm16 or G.711, as the session has it. */
export interface AudioFrame {
  event: AudioEvent;
  audio: Uint8Array;
}

interface Carrier {
  /** The field that holds the base64. */
  readonly field: 'delta' | 'audio';
  readonly decode: (frame: unknown) => Accepted<unknown> | Refused;
}
const fromServer = (translation: boolean): Carrier => ({
  field: 'delta',
  decode: (frame) => decodeServerEvent(frame, { translation, memo }),
});
const fromClient = (translation: boolean): Carrier => ({
  field: 'audio',
  decode: (frame) => decodeClientEvent(frame, { translation, memo }),
});
const CARRIERS: ReadonlyMap<unknown, Carrier> = /* @__PURE__ */ new Map([
  ['response.output_audio.delta', fromServer(false)],
  ['input_audio_buffer.append', fromClient(false)],
  ['session.output_audio.delta', fromServer(true)],
  ['session.input_audio_buffer.append', fromClient(true)],
]);

/**
 * The frame of an audio event: `head` with the bytes as base64 in its last field. The same text that `encodeEvent` gives for the whole
 * event. Answers `{ ok: false, issues }`, as `encodeEvent`, for a head that cannot be printed. Never throws.
 */
export function encodeAudioFrame(head: AudioHead, audio: Uint8Array): string;
export function encodeAudioFrame(head: AudioHead, audio: Uint8Array): string | Unprintable {
  const text = encodeEvent(head as unknown);
  if (typeof text !== 'string') return text;
  return `${text.slice(0, -1)},"${CARRIERS.get(head.type)?.field ?? 'delta'}":"${encodeBase64(audio)}"}`;
}

/**
 * The event and the bytes of an audio frame: JSON text, or UTF-8 bytes of it. `undefined` for anything that is not a right audio
 * event with strict base64; `decodeServerEvent` and `decodeClientEvent` say what it is. Never throws.
 *
 * The bytes are the caller's own. With `into`, they stand at its beginning when it has room for them, until it is used again.
 */
export function decodeAudioFrame(frame: string | Uint8Array, into?: Uint8Array): AudioFrame | undefined {
  return decodeByHead(frame, into) ?? decodeWhole(frame, into);
}

/** Where the payload begins at the latest in frames that are taken apart without parsing. */
const HEAD_LENGTH = 384;

/** What frames looked like lately. */
const memo = createDeltaMemo();

/** Node's `Buffer` makes texts of bytes quickly. */
interface Sliceable {
  latin1Slice?(): string;
}

function decodeByHead(frame: string | Uint8Array, into: Uint8Array | undefined): AudioFrame | undefined {
  const isText = typeof frame === 'string';
  const text = isText ? frame : textOf(frame);
  if (text === undefined) return undefined;
  const head = scanAudioHead(text, memo) ?? parseHead(text, isText);
  const audio = head && decodeBase64(text.substring(head.payloadAt, text.length - 2), into);
  return audio && { event: head.event as AudioEvent, audio };
}

/** The event of a frame whose payload is its last field, with the payload left out. */
function parseHead(text: string, isText: boolean): { event: object; payloadAt: number } | undefined {
  const beginning = text.substring(0, HEAD_LENGTH);
  for (const opening of ['"delta":"', '"audio":"']) {
    const payloadAt = beginning.indexOf(opening) + opening.length;
    const head = text.substring(0, payloadAt);
    if (payloadAt < opening.length || !text.endsWith('"}') || (!isText && /[^ -~]/.test(head))) continue;
    const carrier = CARRIERS.get(eventTypeOf(`${head}"}`));
    const decoded = carrier?.decode(`${head}"}`);
    if (decoded?.ok && (decoded.value as Record<string, unknown>)[carrier?.field as string] === '')
      return { event: decoded.value as object, payloadAt };
  }
  return undefined;
}

/** Bytes as if they were Latin-1, which for ASCII is what they are. */
const textOf = (bytes: Uint8Array): string | undefined => (bytes as Sliceable).latin1Slice?.();

function decodeWhole(frame: string | Uint8Array, into: Uint8Array | undefined): AudioFrame | undefined {
  const carrier = CARRIERS.get(eventTypeOf(frame));
  const decoded = carrier?.decode(frame);
  if (!carrier || !decoded?.ok) return undefined;
  const event = decoded.value as Record<string, unknown>;
  const audio = decodeBase64(event[carrier.field] as string, into);
  return audio && { event: { ...event, [carrier.field]: '' } as unknown as AudioEvent, audio };
}
