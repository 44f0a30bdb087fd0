// The fast lane of the decoder: pieces of text and of audio, which are nearly all of what is sent. Within a part they differ in
// their event id and their payload only, so what was once parsed and judged is recognised, and only the rest is looked at.
//
// The answer is the one that parsing would give, or none: then the frame takes the ordinary way. Nothing here is needed for
// anything but speed.

import { decodesWhole } from './base64.ts';
import { MASKED } from './masked.ts';

/** What the last frames of one connection looked like. Make one per connection where there are several. */
export interface DeltaMemo {
  /** By a character of the frame in which the types differ. */
  readonly patterns: (Pattern | undefined)[];
}

export const createDeltaMemo = (): DeltaMemo => ({ patterns: new Array(128).fill(undefined) });

/** A frame without its event id and its payload: `head` + event id + `span` + payload + `"}`. */
interface Pattern {
  readonly head: string;
  /** Empty when the event has no id; then the payload follows `head`. */
  readonly span: string;
  readonly kind: Kind;
  /** The event it was learnt from: right, and with no other keys than the kind has. */
  readonly event: Piece;
}

/** The keys of all kinds, as far as an event has them. */
interface Piece {
  readonly type: string;
  readonly event_id: string;
  readonly response_id: string;
  readonly item_id: string;
  readonly output_index: number;
  readonly content_index: number;
  readonly call_id: string;
  readonly delta: string;
  readonly audio: string;
}

interface Kind {
  /** All keys of such an event, in order; the last one is the payload. */
  readonly keys: readonly (keyof Piece)[];
  readonly isAudio: boolean;
  readonly make: new (like: Piece, event_id: string, payload: string) => object;
}

/** Constructors set a prototype faster than anything else does; these set the one that prints redacted. */
type Maker = Kind['make'];
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
const append = /* @__PURE__ */ maker(function (like, _event_id, audio) {
  this.type = like.type;
  this.audio = audio;
});
const namedAppend = /* @__PURE__ */ maker(function (like, event_id, audio) {
  this.type = like.type;
  this.event_id = event_id;
  this.audio = audio;
});

const PART = ['type', 'event_id', 'response_id', 'item_id', 'output_index', 'content_index', 'delta'] as const;
const text = { keys: PART, isAudio: false, make: partDelta };

/** The events whose frames are worth recognising. */
const KINDS: ReadonlyMap<string, readonly Kind[]> = /* @__PURE__ */ new Map<string, readonly Kind[]>([
  ['response.output_text.delta', [text]],
  ['response.output_audio_transcript.delta', [text]],
  ['response.output_audio.delta', [{ keys: PART, isAudio: true, make: partDelta }]],
  [
    'response.function_call_arguments.delta',
    [
      {
        keys: ['type', 'event_id', 'response_id', 'item_id', 'output_index', 'call_id', 'delta'],
        isAudio: false,
        make: callDelta,
      },
    ],
  ],
  [
    'conversation.item.input_audio_transcription.delta',
    [{ keys: ['type', 'event_id', 'item_id', 'content_index', 'delta'], isAudio: false, make: transcriptionDelta }],
  ],
  [
    'input_audio_buffer.append',
    [
      { keys: ['type', 'audio'], isAudio: true, make: append },
      { keys: ['type', 'event_id', 'audio'], isAudio: true, make: namedAppend },
    ],
  ],
]);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE_OBJECT = 0x7d;
/** Where the types above differ from each other; two that do not merely displace each other. */
const TELLING = 30;
/** Longer texts are read faster by the parser. */
const TEXT_LENGTH = 192;

/**
 * The event of a frame that is like one learnt before, or `undefined` when that is not certain. Its id and payload are slices, and
 * keep the frame in memory as long as they live.
 */
export function scanDelta(frame: string, memo: DeltaMemo): object | undefined {
  return scan(frame, memo, false);
}

/**
 * The event of a frame of audio with its payload left empty, whatever that is: it stands between the first `"delta":"` or `"audio":"`
 * and the end. An event id that is not ASCII is not recognised, since the frame may be bytes that were taken for Latin-1.
 */
export function scanAudioHead(frame: string, memo: DeltaMemo): object | undefined {
  return scan(frame, memo, true);
}

function scan(frame: string, memo: DeltaMemo, isHeadOnly: boolean): object | undefined {
  const pattern = memo.patterns[frame.charCodeAt(TELLING)];
  if (pattern === undefined) return undefined;
  const { head, span } = pattern;
  if (frame.substring(0, head.length) !== head) return undefined;
  const end = frame.length - 2;
  if (frame.charCodeAt(end) !== QUOTE || frame.charCodeAt(end + 1) !== CLOSE_OBJECT) return undefined;
  let start = head.length;
  let event_id = '';
  if (span !== '') {
    const expected = start + pattern.event.event_id.length;
    const idEnd = frame.charCodeAt(expected) === QUOTE ? expected : frame.indexOf('"', start);
    if (frame.substring(idEnd, idEnd + span.length) !== span || !isPlain(frame, start, idEnd, isHeadOnly ? ASCII : ANY))
      return undefined;
    event_id = frame.substring(start, idEnd);
    start = idEnd + span.length;
  }
  if (start > end) return undefined;
  if (!pattern.kind.isAudio) {
    if (isHeadOnly || end - start > TEXT_LENGTH || !isPlain(frame, start, end, ANY)) return undefined;
    return make(pattern, event_id, frame.substring(start, end));
  }
  if (isHeadOnly) return make(pattern, event_id, '');
  const payload = frame.substring(start, end);
  return isBase64(payload) ? make(pattern, event_id, payload) : undefined;
}

/** The most frequent constructor is named, so that it can be inlined. */
function make({ kind, event }: Pattern, event_id: string, payload: string): object {
  return kind.make === partDelta ? new partDelta(event, event_id, payload) : new kind.make(event, event_id, payload);
}

/** Shorter frames are parsed as fast as their beginning is. */
const WORTH_HOLLOWING = 2048;
/** Where a payload begins at the latest, in frames worth it. */
const BEGINNING = 512;

/**
 * A frame of audio with its payload cut out. If what is left is a right event, `learnDelta` may learn from it what it would learn
 * from the whole.
 */
export function hollow(frame: string): string | undefined {
  if (frame.length < WORTH_HOLLOWING) return undefined;
  const beginning = frame.substring(0, BEGINNING);
  const at = Math.max(beginning.indexOf('"delta":"') + 9, beginning.indexOf('"audio":"') + 9);
  return at < 9 ? undefined : `${beginning.substring(0, at)}"}`;
}

const ASCII = 0x7f;
const ANY = 0xffff;

/** Whether a stretch of a frame spells itself: no quote, no backslash, no control character, nothing above `most`. */
function isPlain(frame: string, start: number, end: number, most: number): boolean {
  for (let i = start; i < end; i++) {
    const unit = frame.charCodeAt(i);
    if (unit < 0x20 || unit > most || unit === QUOTE || unit === BACKSLASH) return false;
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

/** Remembers what a frame looks like, once the event it was parsed to has been found right. */
export function learnDelta(frame: string, event: object, memo: DeltaMemo): void {
  if (frame.charCodeAt(frame.length - 2) !== QUOTE) return;
  const piece = event as Piece;
  const kinds = KINDS.get(piece.type);
  const keys = kinds && Object.keys(event);
  const kind = kinds?.find((each) => each.keys.length === keys?.length && each.keys.every((key, i) => key === keys[i]));
  if (!kind) return;
  const pattern = patternOf(frame, piece, kind);
  if (pattern) memo.patterns[frame.charCodeAt(TELLING)] = pattern;
}

function patternOf(frame: string, event: Piece, kind: Kind): Pattern | undefined {
  const payloadKey = kind.keys.at(-1) as 'delta' | 'audio';
  const payload = event[payloadKey];
  const payloadAt = frame.length - 2 - payload.length;
  const opening = `"${payloadKey}":"`;
  // The frame spells the payload as it is, at its very end.
  if (frame.slice(payloadAt) !== `${payload}"}` || !frame.slice(0, payloadAt).endsWith(opening)) return undefined;
  if (kind.keys[1] !== 'event_id') {
    const head = `{"type":"${event.type}",${opening}`;
    return frame.startsWith(head) && head.length === payloadAt ? { head, span: '', kind, event } : undefined;
  }
  const { event_id } = event;
  const head = `{"type":"${event.type}","event_id":"`;
  if (typeof event_id !== 'string' || !frame.startsWith(`${head}${event_id}"`)) return undefined;
  const span = frame.slice(head.length + event_id.length, payloadAt);
  // What is said between may be said by any later frame too, so it must not touch what differs: no key there may be spelled
  // with escapes, and none may be given again.
  const isInnocent =
    !span.includes('\\') && !/"(?:type|event_id)"/.test(span) && span.indexOf(opening) === span.length - opening.length;
  return isInnocent ? { head, span, kind, event } : undefined;
}
