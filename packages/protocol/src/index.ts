// The public names of @colloquy/protocol, one by one.

export { BYTES_PER_MS, BYTES_PER_SAMPLE, bytesToMs, msToBytes } from './audio-format.ts';
export { type AudioEvent, type AudioFrame, type AudioHead, decodeAudioFrame, encodeAudioFrame } from './audio-frame.ts';
export { base64Length, decodeBase64, encodeBase64 } from './base64.ts';
export {
  type Accepted,
  type DecodeClientOptions,
  type Decoded,
  type DecodeOptions,
  decodeClientEvent,
  decodeItem,
  decodeServerEvent,
  encodeEvent,
  encodeItem,
  type Refused,
  type Unprintable,
} from './codec.ts';
export { holdsCredential } from './credential.ts';
export { createDeltaMemo, type DeltaMemo } from './delta-scanner.ts';
export {
  ColloquyError,
  FAILURES,
  type FailureCode,
  type Issue,
  type RealtimeError,
  toRealtimeError,
} from './errors.ts';
export {
  CLIENT_EVENT_TYPES,
  type ClientEventType,
  eventTypeOf,
  SERVER_EVENT_TYPES,
  type ServerEventType,
  TRANSLATION_CLIENT_EVENT_TYPES,
  TRANSLATION_SERVER_EVENT_TYPES,
  type TranslationClientEventType,
  type TranslationServerEventType,
} from './event-types.ts';
export { readFrame } from './frame-guard.ts';
export { type JsonSchema, toJsonSchema } from './json-schema.ts';
export * from './realtime-client-events.ts';
export * from './realtime-conversation.ts';
export * from './realtime-response.ts';
export * from './realtime-server-events.ts';
export * from './realtime-session.ts';
export * from './realtime-translation.ts';
export { REDACTED, type RedactionLevel, redact } from './redact.ts';
export type { Profile, Secrecy } from './schema.ts';
export { Schema } from './schema.ts';
