// Decodes frames to values and encodes values, one function per direction and kind of frame. Never throws.
//
// Limits of a frame: `frame-guard.ts`; shapes: the schemas; further rules: `client-rules.ts`; the profile `strict`: `strict.ts`
// and
// `strict-event.ts`; fast paths: `checks.generated.ts` and `delta-scanner.ts`.

import type { Issue } from '../errors.ts';
import { mask, printWith } from '../redact/masked.ts';
import { redact } from '../redact/redact.ts';
import { check } from '../schema/check.ts';
import { measureClientEvent, measureServerEvent } from '../schema/checks.generated.ts';
import { withoutBounds, withoutItems } from '../schema/node-map.ts';
import type { Node, Profile } from '../schema/schema.ts';
import { decodeStrictItem, encodeStrict } from '../strict/strict.ts';
import { readItems, readStrict } from '../strict/strict-event.ts';
import { ClientEvent, type InputAudioBufferAppendEvent, MAX_APPEND_LENGTH } from '../wire/realtime-client-events.ts';
import { InputItem, isKnownItem, RealtimeConversationItem } from '../wire/realtime-conversation.ts';
import { ServerEvent } from '../wire/realtime-server-events.ts';
import { TranslationClientEvent, TranslationServerEvent } from '../wire/realtime-translation.ts';
import { strictLength } from './base64.ts';
import { applyClientRules, applyItemRules, renameIssue } from './client-rules.ts';
import {
  type Accepted,
  type Decoded,
  EVENT_ID_LENGTH,
  guarded,
  isObject,
  issue,
  judgeTag,
  refuse,
  unknownType,
} from './decoded.ts';
import { type DeltaMemo, scanDelta } from './delta-scanner.ts';
import { printValue, type Unprintable, unprintable } from './encode.ts';
import { decodeFast, MEMO, textOf } from './fast-decode.ts';
import { type Read, readFrame } from './frame-guard.ts';
import { guardValue } from './value-guard.ts';

export type { Accepted, Decoded, Refused } from './decoded.ts';
export { encodeEvent, type Unprintable } from './encode.ts';

printWith(redact);

/** How to decode. */
export interface DecodeOptions {
  /** @default 'tolerant' */
  profile?: Profile;
  /** The frame is of a translation session, which has events of its own. @default false */
  translation?: boolean;
  /** What to remember of the frames of this connection, for speed alone. By default one memory serves all. */
  memo?: DeltaMemo;
}

/** How to decode what a client sent. */
export interface DecodeClientOptions extends DecodeOptions {
  /** Take an event of an unknown type as it is, as a relay must; not in the profile `strict`. @default false */
  keepUnknown?: boolean;
}

/**
 * Decodes what a client sent: JSON text, UTF-8 bytes of it, or a value already parsed (which is then used, not copied).
 *
 * Refuses by the rules ER8 to ER20, telling one problem: `invalid_json`, `invalid_event`, `missing_required_parameter`,
 * `invalid_type`, `invalid_value`, and in the profile `server` also `unknown_parameter`, the codes of bounds, `limit_exceeded` and
 * `frame_too_large`. An unknown `type` is refused unless `keepUnknown`. Never throws; no message holds content.
 *
 * In the profile `server` legacy part names have become today's [CV15].
 *
 * @see SPEC.md CD1 to CD7, ER4, ER5
 */
export function decodeClientEvent(
  frame: unknown,
  options: DecodeClientOptions & { translation: true },
): Decoded<TranslationClientEvent>;
export function decodeClientEvent(
  frame: unknown,
  options?: DecodeClientOptions & { translation?: false },
): Decoded<ClientEvent>;
export function decodeClientEvent(
  frame: unknown,
  options?: DecodeClientOptions,
): Decoded<ClientEvent | TranslationClientEvent>;
export function decodeClientEvent(input: unknown, options: DecodeClientOptions = {}): Decoded<unknown> {
  const frame = textOf(input);
  const { profile = 'tolerant', translation = false, keepUnknown = false } = options;
  if (profile === 'tolerant' && !translation && typeof frame === 'string') {
    const value = decodeFast(frame, 'client', measureClientEvent, options.memo ?? MEMO);
    if (value) return { ok: true, value, known: true };
  }
  const isServer = profile === 'server';
  const appended = isServer && !translation && typeof frame === 'string' && decodeAppend(frame, options.memo ?? MEMO);
  if (appended) return appended;
  const node = (translation ? TranslationClientEvent : ClientEvent).node;
  return decodeEvent(frame, node as Variants, profile, keepUnknown, isServer);
}

/**
 * Decodes what a server sent: JSON text, UTF-8 bytes of it, or a value already parsed (which is then used, not copied).
 *
 * Keeps an unknown `type`, unless `strict`; `known` tells. Otherwise as `decodeClientEvent`. Never throws.
 *
 * @example
 * import { decodeServerEvent } from '@colloquy/protocol';
 *
 * const decoded = decodeServerEvent('{"type":"response.output_text.delta","delta":"Hi"}');
 * if (!decoded.ok) console.error(decoded.issues[0].code, decoded.issues[0].message);
 *
 * @see SPEC.md CD1 to CD7
 */
export function decodeServerEvent(
  frame: unknown,
  options: DecodeOptions & { translation: true },
): Decoded<TranslationServerEvent>;
export function decodeServerEvent(
  frame: unknown,
  options?: DecodeOptions & { translation?: false },
): Decoded<ServerEvent>;
export function decodeServerEvent(
  frame: unknown,
  options?: DecodeOptions,
): Decoded<ServerEvent | TranslationServerEvent>;
export function decodeServerEvent(input: unknown, options: DecodeOptions = {}): Decoded<unknown> {
  const frame = textOf(input);
  const { profile = 'tolerant', translation = false } = options;
  if (profile === 'tolerant' && !translation && typeof frame === 'string') {
    const value = decodeFast(frame, 'server', measureServerEvent, options.memo ?? MEMO);
    if (value) return { ok: true, value, known: true };
  }
  const node = (translation ? TranslationServerEvent : ServerEvent).node;
  return decodeEvent(frame, node as Variants, profile, true, false);
}

/**
 * Decodes one conversation item: JSON text, UTF-8 bytes of it, or a value already parsed. `tolerant` keeps what it does not know;
 * `server` takes what a client may create, and today's names come out; `strict` is the seed module. Never throws.
 *
 * @see docs/spec/seed.md section 3; SPEC.md CD2, CD3
 */
export function decodeItem(input: unknown, options: { profile?: Profile } = {}): Decoded<RealtimeConversationItem> {
  const { profile = 'tolerant' } = options;
  return guarded(() => {
    if (profile === 'strict') {
      const strict = decodeStrictItem(input);
      if (!strict.ok) return { ...strict, event_id: null };
      mask(strict.value);
      return { ok: true, value: strict.value, known: true };
    }
    const isServer = profile === 'server';
    const isText = typeof input === 'string' || input instanceof Uint8Array;
    const read: Read = isText ? readFrame(input, isServer) : { ok: true, value: input };
    if (!read.ok) return refuse(read.issue);
    const { value, later } = read;
    const unsound = guardValue(value, isServer);
    if (unsound) return refuse(unsound);
    if (!isObject(value)) return refuse(issue('invalid_event', null, 'The item must be a JSON object.'));
    const fault = later ?? judge((isServer ? InputItem : RealtimeConversationItem).node, value, profile);
    if (fault) return refuse(fault);
    if (isServer) {
      const ruled = applyItemRules(value as unknown as InputItem);
      if (!ruled.ok) return refuse(ruled.issue);
      mask(ruled.value);
      const item = ruled.value as RealtimeConversationItem;
      return { ok: true, value: item, known: true, audio_bytes: ruled.audio_bytes };
    }
    mask(value);
    const item = value as unknown as RealtimeConversationItem;
    return { ok: true, value: item, known: isKnownItem(item) };
  });
}

/** A plain append, which is nearly all that clients send: all a server asks of it is in its id and its audio. */
function decodeAppend(frame: string, memo: DeltaMemo): Accepted<unknown> | undefined {
  const event = scanDelta(frame, 'client', memo) as InputAudioBufferAppendEvent | undefined;
  if (!event || event.audio.length > MAX_APPEND_LENGTH) return undefined;
  const bytes = (event.event_id ?? '').length <= EVENT_ID_LENGTH ? strictLength(event.audio) : undefined;
  return bytes === undefined ? undefined : { ok: true, value: event, known: true, audio_bytes: [bytes] };
}

type Variants = Extract<Node, { kind: 'variants' }>;

const types = new Map<Variants, ReadonlySet<string>>();

/** The types of events that a union knows. */
function typesOf(node: Variants): ReadonlySet<string> {
  let known = types.get(node);
  if (!known) types.set(node, (known = new Set(Object.keys(node.of))));
  return known;
}

function decodeEvent(
  frame: unknown,
  node: Variants,
  profile: Profile,
  keepsUnknown: boolean,
  hasRules: boolean,
): Decoded<unknown> {
  return guarded(() => {
    if (profile === 'strict') return decodeStrictly(frame, node);
    const isText = typeof frame === 'string' || frame instanceof Uint8Array;
    const read: Read = isText ? readFrame(frame, profile === 'server') : { ok: true, value: frame };
    if (!read.ok) return refuse(read.issue);
    const { value, later } = read;
    const unsound = guardValue(value, profile === 'server');
    if (unsound) return refuse(unsound);
    if (later) return refuse(later, later.param === 'event_id' ? undefined : value);
    const misnamed = judgeType(value, typesOf(node), keepsUnknown);
    if (misnamed) return refuse(misnamed, value);
    const event = value as { type: string };
    const known = typesOf(node).has(event.type);
    const issue = known ? judge(node, event, profile) : undefined;
    if (issue) return refuse(issue, value);
    if (!hasRules || !known) {
      mask(event);
      return { ok: true, value: event, known };
    }
    const length = typeof frame === 'string' || frame instanceof Uint8Array ? frame.length : 0;
    const ruled = applyClientRules(event as ClientEvent, length);
    if (!ruled.ok) return refuse(ruled.issue, value);
    mask(ruled.value);
    return { ok: true, value: ruled.value, known, audio_bytes: ruled.audio_bytes };
  });
}

/** What is wrong with an event before its shape is looked at [ER9, ER11]. */
function judgeType(value: unknown, known: ReadonlySet<string>, keepsUnknown: boolean): Issue | undefined {
  const issue = judgeTag(value);
  if (issue) return issue;
  const { type } = value as { type: string };
  if (keepsUnknown || known.has(type)) return undefined;
  const names = Array.from(known, (name) => `'${name}'`);
  return unknownType(type, ` Supported values are: ${names.join(', ')}.`);
}

function decodeStrictly(frame: unknown, node: Variants): Decoded<unknown> {
  const read = readStrict(frame);
  if (!read.ok) return refuse(read.issue);
  const { source: input, value } = read;
  const misnamed = judgeType(value, typesOf(node), false);
  if (misnamed) return refuse(misnamed, value);
  const issue = check(withoutItems(node), value, 'strict');
  if (issue) return refuse(issue, value);
  const items = readItems(node, input, value);
  if ('code' in items) return refuse(items, value);
  mask(items.value as object);
  return { ok: true, value: items.value, known: true };
}

const BOUNDS = /_(?:below_min_value|above_max_value|above_max_length|above_max_properties)$/;

/** Shape first, bounds after it [ER5]. */
function judge(node: Node, value: unknown, profile: Profile): Issue | undefined {
  const issue = check(node, value, profile);
  if (!issue || !BOUNDS.test(issue.code)) return issue && renameIssue(issue);
  return renameIssue(check(withoutBounds(node), value, profile) ?? issue);
}

/**
 * The JSON text of an item, as `encodeEvent`: of whatever `decodeItem` returned, in any profile. With the profile `strict` it is
 * the seed's text: its fields only, in its order.
 */
export function encodeItem(item: RealtimeConversationItem, options?: { profile?: Profile }): string;
export function encodeItem(item: unknown, options?: { profile?: Profile }): string | Unprintable;
export function encodeItem(item: unknown, options: { profile?: Profile } = {}): string | Unprintable {
  if (options.profile !== 'strict') return printValue(item);
  return encodeStrict(item) ?? unprintable(issue('invalid_value', null, 'The value is no item of the seed.'));
}
