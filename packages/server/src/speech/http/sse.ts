// Bytes of a streamed answer cut into records: server-sent events, or one JSON text per line. What a record says is the
// business of whoever asked; how bytes arrive is `http-stage`'s.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

import { ColloquyError } from '@colloquy/protocol';

/** One thing a stream says. */
export type StreamRecord =
  /** The data of an event, its lines joined by line feeds; or a line that is JSON by itself. */
  | { readonly type: 'data'; readonly data: string }
  /** The word that ends OpenAI's streams. Nothing after it counts. */
  | { readonly type: 'done' }
  /** A comment, or an event without data: the far end lives, and has nothing to say. */
  | { readonly type: 'heartbeat' };

/** Takes bytes in order and gives back the records that are complete. */
export interface RecordSplitter {
  /** Throws `upstream_error` once a line, or the lines of one event, are longer than allowed or not UTF-8. */
  push(bytes: Uint8Array): StreamRecord[];
  /** The records an ending completes: many servers leave out the last empty line. Throws like `push`. */
  end(): StreamRecord[];
}

export interface SplitterOptions {
  /** Longest event, in bytes, its field names not counted. @default 1 MiB */
  maxBytes?: number;
}

const MAX_BYTES = 1024 * 1024;
/** Room for `data: ` in front of the data itself. */
const FIELD_NAME = 16;
const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;

/** Makes a splitter for one stream. Lines are put together as bytes, so that no cut can fall inside a character. */
export function recordSplitter({ maxBytes = MAX_BYTES }: SplitterOptions = {}): RecordSplitter {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let line = new Uint8Array(256);
  let lineBytes = 0;
  let data: string[] = [];
  let dataBytes = 0;
  let isInEvent = false;
  let isAfterCr = false;
  let isDone = false;

  /** Copies, since whoever gave the bytes may use their memory again; into one buffer, since pieces may be a byte each. */
  function hold(piece: Uint8Array): void {
    const needed = lineBytes + piece.byteLength;
    if (needed + dataBytes > maxBytes + FIELD_NAME) throw tooLong();
    if (needed > line.byteLength) {
      const longer = new Uint8Array(Math.max(needed, line.byteLength * 2));
      longer.set(line.subarray(0, lineBytes));
      line = longer;
    }
    line.set(piece, lineBytes);
    lineBytes = needed;
  }

  function takeLine(): Uint8Array {
    const taken = line.subarray(0, lineBytes);
    lineBytes = 0;
    return taken;
  }

  function text(bytes: Uint8Array): string {
    try {
      return decoder.decode(bytes);
    } catch {
      // The decoder's own words say no more than this.
      throw new ColloquyError('upstream_error', 'An endpoint sent text that is not UTF-8.');
    }
  }

  function dispatch(): StreamRecord | undefined {
    if (!isInEvent) return undefined;
    isInEvent = false;
    const whole = data.join('\n');
    const hasData = data.length > 0;
    data = [];
    dataBytes = 0;
    if (!hasData) return { type: 'heartbeat' };
    if (whole.trim() !== '[DONE]') return { type: 'data', data: whole };
    isDone = true;
    return { type: 'done' };
  }

  function read(line: Uint8Array): StreamRecord | undefined {
    const first = line[0];
    if (first === undefined) return dispatch();
    if (first === COLON) return { type: 'heartbeat' };
    if (first === OPEN_OBJECT) return { type: 'data', data: text(line) };
    const colon = line.indexOf(COLON);
    const name = text(colon === -1 ? line : line.subarray(0, colon));
    isInEvent = true;
    if (name !== 'data' || colon === -1) return undefined;
    const from = line[colon + 1] === 0x20 ? colon + 2 : colon + 1;
    data.push(text(line.subarray(from)));
    dataBytes += line.byteLength - from;
    return undefined;
  }

  return {
    push(bytes) {
      const records: StreamRecord[] = [];
      let start = 0;
      for (let at = 0; at < bytes.byteLength && !isDone; at++) {
        const byte = bytes[at];
        const isSecondHalf = byte === LF && isAfterCr;
        isAfterCr = byte === CR;
        if (byte !== LF && byte !== CR) continue;
        if (!isSecondHalf) {
          hold(bytes.subarray(start, at));
          const record = read(takeLine());
          if (record) records.push(record);
        }
        start = at + 1;
      }
      if (!isDone) hold(bytes.subarray(start));
      return records;
    },
    end() {
      if (isDone) return [];
      const records = [lineBytes > 0 ? read(takeLine()) : undefined, dispatch()];
      return records.filter((record) => record !== undefined);
    },
  };
}

const tooLong = () => new ColloquyError('upstream_error', 'An endpoint sent a line that is too long.');
