// Audio on its way between bytes and frames. It is nearly all there is to send, so it passes by the JSON parser and printer where
// the rest of the frame allows it; what comes out is the same.

import { decodeBase64, encodeBase64 } from './base64.ts';
import {
  type Accepted,
  decodeClientEvent,
  decodeServerEvent,
  encodeEvent,
  type Refused,
  type Unprintable,
} from './codec.ts';
import { eventTypeOf } from './event-types.ts';
import type { InputAudioBufferAppendEvent } from './realtime-client-events.ts';
import type { ResponseOutputAudioDeltaEvent } from './realtime-server-events.ts';
import type { TranslationAppendEvent, TranslationOutputAudioDeltaEvent } from './realtime-translation.ts';

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

/** Event type → the field that holds the base64, and how such a frame is decoded. */
const CARRIERS: ReadonlyMap<
  unknown,
  { field: 'delta' | 'audio'; decode: (frame: unknown) => Accepted<unknown> | Refused }
> = /* @__PURE__ */ new Map([
  ['response.output_audio.delta', { field: 'delta', decode: (frame: unknown) => decodeServerEvent(frame) }],
  ['input_audio_buffer.append', { field: 'audio', decode: (frame: unknown) => decodeClientEvent(frame) }],
  [
    'session.output_audio.delta',
    { field: 'delta', decode: (frame: unknown) => decodeServerEvent(frame, { translation: true }) },
  ],
  [
    'session.input_audio_buffer.append',
    { field: 'audio', decode: (frame: unknown) => decodeClientEvent(frame, { translation: true }) },
  ],
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
 * event with strict base64; `decodeServerEvent` and `decodeClientEvent` say what it is. The bytes are the caller's own. Never throws.
 */
export function decodeAudioFrame(frame: string | Uint8Array): AudioFrame | undefined {
  return decodeByHead(frame) ?? decodeWhole(frame);
}

/** Where the payload begins at the latest, in frames that are taken apart without parsing. */
const HEAD_LENGTH = 384;

/** Node's `Buffer` makes texts of bytes quickly. */
interface Sliceable {
  readonly latin1Slice?: unknown;
  toString(encoding: 'latin1', start: number, end: number): string;
}

function decodeByHead(frame: string | Uint8Array): AudioFrame | undefined {
  const isText = typeof frame === 'string';
  const bytes = frame as unknown as Sliceable;
  if (!isText && !bytes.latin1Slice) return undefined;
  const slice = (start: number, end: number): string =>
    isText ? frame.slice(start, end) : bytes.toString('latin1', start, end);
  const head = slice(0, HEAD_LENGTH);
  const at = Math.max(head.indexOf('"delta":"'), head.indexOf('"audio":"')) + 9;
  const end = frame.length - 2;
  // What is not ASCII is spelled otherwise in bytes.
  if (at < 9 || end < at || slice(end, end + 2) !== '"}' || (!isText && /[^ -~]/.test(head))) return undefined;
  const hollow = `${head.slice(0, at)}"}`;
  const carrier = CARRIERS.get(eventTypeOf(hollow));
  const decoded = carrier?.decode(hollow);
  if (!decoded?.ok || (decoded.value as Record<string, unknown>)[carrier?.field as string] !== '') return undefined;
  const audio = decodeBase64(slice(at, end));
  return audio && { event: decoded.value as AudioEvent, audio };
}

function decodeWhole(frame: string | Uint8Array): AudioFrame | undefined {
  const carrier = CARRIERS.get(eventTypeOf(frame));
  const decoded = carrier?.decode(frame);
  if (!carrier || !decoded?.ok) return undefined;
  const event = decoded.value as Record<string, unknown>;
  const audio = decodeBase64(event[carrier.field] as string);
  return audio && { event: { ...event, [carrier.field]: '' } as unknown as AudioEvent, audio };
}
