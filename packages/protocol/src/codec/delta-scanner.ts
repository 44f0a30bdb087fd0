// Fast path of the decoder for deltas of text and audio in their usual spelling, without parsing. Consecutive deltas of a part
// differ only in event id and payload; the rest is compared with the previous frame.
//
// Returns the result of parsing or nothing; then the frame takes the slow path.

import { MASKED } from '../redact/masked.ts';
import { decodesWhole } from './base64.ts';
import { parse } from './json-scan.ts';

/** What the last frames of one connection looked like. Make one per connection where there are several. */
export interface DeltaMemo {
  /** By the character of the frame that tells the kinds apart. */
  readonly places: (Place | undefined)[];
}

export const createDeltaMemo = (): DeltaMemo => ({ places: new Array(128).fill(undefined) });

/** The part that a piece belongs to, as its frames spell it. */
interface Place {
  /** From the end of the event id to the beginning of the payload; empty if there is no id. */
  readonly span: string;
  /** An event of this part. */
  readonly like: Piece;
}

/** The keys of all kinds, as far as an event has them. */
interface Piece {
  readonly type: string;
  readonly response_id: string;
  readonly item_id: string;
  readonly output_index: number;
  readonly content_index: number;
  readonly call_id: string;
}

interface Kind {
  readonly from: 'client' | 'server';
  /** How such a frame begins: up to its event id, or up to its payload if it has no id. */
  readonly opening: string;
  /** The opening, and the id if there is one. */
  readonly head: RegExp;
  /** What stands between id and payload, if there is an id. */
  readonly span?: RegExp;
  readonly isAudio: boolean;
  readonly make: Maker;
}

type Maker = new (like: Piece, event_id: string, payload: string) => object;

/** Constructors set a prototype faster than anything else does; these set the one that prints redacted. */
const maker = (
  make: (this: Record<string, unknown>, like: Piece, event_id: string, payload: string) => void,
): Maker => {
  make.prototype = MASKED;
  return make as unknown as Maker;
};

const partDelta = /* @__PURE__ */ maker(function (like, event_id, delta) {
  this.type = like.type;
  this.event_id = event_id;
  this.response_id = like.response_id;
  this.item_id = like.item_id;
  this.output_index = like.output_index;
  this.content_index = like.content_index;
  this.delta = delta;
});
const callDelta = /* @__PURE__ */ maker(function (like, event_id, delta) {
  this.type = like.type;
  this.event_id = event_id;
  this.response_id = like.response_id;
  this.item_id = like.item_id;
  this.output_index = like.output_index;
  this.call_id = like.call_id;
  this.delta = delta;
});
const transcriptionDelta = /* @__PURE__ */ maker(function (like, event_id, delta) {
  this.type = like.type;
  this.event_id = event_id;
  this.item_id = like.item_id;
  this.content_index = like.content_index;
  this.delta = delta;
});
const append = /* @__PURE__ */ maker(function (_like, _event_id, audio) {
  this.type = APPEND;
  this.audio = audio;
});
const namedAppend = /* @__PURE__ */ maker(function (_like, event_id, audio) {
  this.type = APPEND;
  this.event_id = event_id;
  this.audio = audio;
});
const APPEND = 'input_audio_buffer.append';

/** The inside of a string of ASCII that spells itself, and a whole number that has no other spelling. */
const PLAIN = '[ !#-[\\]-~]*';
const WHOLE = '(?:0|[1-9][0-9]{0,8})';

/** A kind whose frames begin so, and say these keys `between` their event id and their payload, if they have an id. */
function kind(
  from: Kind['from'],
  opening: string,
  between: readonly string[] | undefined,
  payload: 'delta' | 'audio',
  make: Maker,
): Kind {
  const isAudio = payload === 'audio' || opening.includes('output_audio.delta');
  const head = new RegExp(opening.replace(/[{.]/g, '\\$&') + (between ? PLAIN : ''), 'y');
  if (!between) return { from, opening, head, isAudio, make };
  const fields = between.map((key) => `"${key}":${key.endsWith('_index') ? WHOLE : `"${PLAIN}"`},`);
  return { from, opening, head, span: new RegExp(`",${fields.join('')}"${payload}":"`, 'y'), isAudio, make };
}

/** How a frame with an event id begins. */
const named = (type: string): string => `{"type":"${type}","event_id":"`;

/** Where the openings below differ from each other. */
const TELLING = 40;

/** The events whose frames are worth recognising, by the telling character. */
const KINDS: readonly (Kind | undefined)[] = /* @__PURE__ */ kindsByCharacter();

function kindsByCharacter(): (Kind | undefined)[] {
  const part = ['response_id', 'item_id', 'output_index', 'content_index'];
  const call = ['response_id', 'item_id', 'output_index', 'call_id'];
  const input = ['item_id', 'content_index'];
  const kinds: (Kind | undefined)[] = new Array(128).fill(undefined);
  for (const each of [
    kind('server', named('response.output_text.delta'), part, 'delta', partDelta),
    kind('server', named('response.output_audio_transcript.delta'), part, 'delta', partDelta),
    kind('server', named('response.output_audio.delta'), part, 'delta', partDelta),
    kind('server', named('response.function_call_arguments.delta'), call, 'delta', callDelta),
    kind('server', named('conversation.item.input_audio_transcription.delta'), input, 'delta', transcriptionDelta),
    kind('client', named(APPEND), [], 'audio', namedAppend),
    kind('client', `{"type":"${APPEND}","audio":"`, undefined, 'audio', append),
    // As Python prints it.
    kind('client', `{"type": "${APPEND}", "audio": "`, undefined, 'audio', append),
  ])
    kinds[each.opening.charCodeAt(TELLING)] = each;
  return kinds;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE_OBJECT = 0x7d;
/** Longer texts are read faster by the parser. */
const TEXT_LENGTH = 192;

/**
 * The event of a frame that spells a piece in the plainest way, or `undefined` when that is not certain. Its id and payload are
 * slices, and keep the frame in memory as long as they live.
 */
export function scanDelta(frame: string, from: Kind['from'], memo: DeltaMemo): object | undefined {
  const kind = kindOf(frame);
  if (kind === undefined || kind.from !== from) return undefined;
  const idEnd = kind.head.lastIndex;
  const place = placeOf(frame, kind, idEnd, memo);
  if (place === undefined) return undefined;
  const start = idEnd + place.span.length;
  const end = frame.length - 2;
  if (start > end) return undefined;
  if (!kind.isAudio && (end - start > TEXT_LENGTH || !isPlain(frame, start, end))) return undefined;
  const payload = frame.substring(start, end);
  if (kind.isAudio && !isBase64(payload)) return undefined;
  return make(kind, place, frame.substring(kind.opening.length, idEnd), payload);
}

/**
 * The event of a frame of audio with its payload left empty, whatever that is: it stands between `payloadAt` and the last two
 * characters. All before it is ASCII, so that the frame may be bytes that were taken for Latin-1.
 */
export function scanAudioHead(frame: string, memo: DeltaMemo): { event: object; payloadAt: number } | undefined {
  const kind = kindOf(frame);
  if (kind === undefined || !kind.isAudio) return undefined;
  const idEnd = kind.head.lastIndex;
  const place = placeOf(frame, kind, idEnd, memo);
  if (place === undefined) return undefined;
  const payloadAt = idEnd + place.span.length;
  if (payloadAt > frame.length - 2) return undefined;
  return { event: make(kind, place, frame.substring(kind.opening.length, idEnd), ''), payloadAt };
}

/** The kind of a frame that begins and ends as its frames do; where the id ends, `head.lastIndex` tells. */
function kindOf(frame: string): Kind | undefined {
  const end = frame.length - 2;
  if (end < TELLING || frame.charCodeAt(end) !== QUOTE || frame.charCodeAt(end + 1) !== CLOSE_OBJECT) return undefined;
  const kind = KINDS[frame.charCodeAt(TELLING)];
  if (kind === undefined) return undefined;
  kind.head.lastIndex = 0;
  return kind.head.test(frame) ? kind : undefined;
}

/** The place that a frame names behind its event id: the one of the last frame, or one that is read. */
function placeOf(frame: string, { opening, span }: Kind, idEnd: number, memo: DeltaMemo): Place | undefined {
  if (span === undefined) return NOWHERE;
  const last = memo.places[frame.charCodeAt(TELLING)];
  if (last !== undefined && stands(last.span, frame, idEnd)) return last;
  span.lastIndex = idEnd;
  if (!span.test(frame)) return undefined;
  // A text of its own, since a slice would keep the frame in memory.
  const hollow = `${opening}${frame.substring(idEnd, span.lastIndex)}"}`;
  const read = parse(hollow);
  if (!read.ok) return undefined;
  const place = { span: hollow.slice(opening.length, -2), like: read.value as Piece };
  memo.places[frame.charCodeAt(TELLING)] = place;
  return place;
}

/** Events without an id say nothing but their payload. */
const NOWHERE: Place = { span: '', like: {} as Piece };

/** `startsWith` does the same and takes four times as long. */
const stands = (text: string, frame: string, at: number): boolean => frame.substring(at, at + text.length) === text;

/** The most frequent constructor is named, so that it can be inlined. */
function make({ make }: Kind, { like }: Place, event_id: string, payload: string): object {
  return make === partDelta ? new partDelta(like, event_id, payload) : new make(like, event_id, payload);
}

/** Whether a stretch of a frame spells itself: no quote, no backslash, no control character. */
function isPlain(frame: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const unit = frame.charCodeAt(i);
    if (unit < 0x20 || unit === QUOTE || unit === BACKSLASH) return false;
  }
  return true;
}

/** Whether a text is made of base64 digits and padding, none of which JSON would spell otherwise. */
function isBase64(payload: string): boolean {
  const { length } = payload;
  if (length === 0) return true;
  if (length % 4 !== 0) return false;
  const pads = payload.charCodeAt(length - 1) !== PAD ? 0 : payload.charCodeAt(length - 2) === PAD ? 2 : 1;
  return decodesWhole(payload, (length / 4) * 3 - pads);
}
const PAD = 0x3d;
