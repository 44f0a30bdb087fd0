// Cuts a streamed answer into records: server-sent events, or one JSON text per line. Receiving bytes:
// `http-endpoint.ts`; content: the `openai-*` files.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

import { ColloquyError } from '@colloquy/protocol';

/** One record of a stream. */
export type StreamRecord =
  /** The data of an event, its lines joined by line feeds; or a line that is JSON. */
  | { readonly type: 'data'; readonly data: string }
  /** The end marker `[DONE]`. Everything after it is ignored. */
  | { readonly type: 'done' }
  /** A comment, or an event without data. */
  | { readonly type: 'heartbeat' };

/** Takes bytes in order and returns the records that are complete. */
export interface RecordSplitter {
  /** Throws `upstream_error` if a line, or the lines of one event, are too long or not UTF-8. */
  push(bytes: Uint8Array): StreamRecord[];
  /** Returns the records that the end completes: many servers omit the last empty line. Throws like `push`. */
  end(): StreamRecord[];
}

export interface SplitterOptions {
  /** Bytes of an event, without field names. @default 1 MiB */
  maxBytes?: number;
}

const MAX_BYTES = 1024 * 1024;
/** Bytes for `data: ` in front of the data. */
const FIELD_NAME_BYTES = 16;
const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;

/** A splitter for one stream. Lines are joined as bytes, so that a chunk may end inside a character. */
export function recordSplitter({ maxBytes = MAX_BYTES }: SplitterOptions = {}): RecordSplitter {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let line = new Uint8Array(256);
  let lineBytes = 0;
  let data: string[] = [];
  let dataBytes = 0;
  let isInEvent = false;
  let isAfterCr = false;
  let isDone = false;

  /** Copies, because the caller may reuse the memory; into one buffer, because chunks may be one byte each. */
  function append(piece: Uint8Array): void {
    const needed = lineBytes + piece.byteLength;
    if (needed + dataBytes > maxBytes + FIELD_NAME_BYTES) throw tooLong();
    if (needed > line.byteLength) {
      const longer = new Uint8Array(Math.max(needed, line.byteLength * 2));
      longer.set(line.subarray(0, lineBytes));
      line = longer;
    }
    line.set(piece, lineBytes);
    lineBytes = needed;
  }

  function flushLine(): Uint8Array {
    const bytes = line.subarray(0, lineBytes);
    lineBytes = 0;
    return bytes;
  }

  function text(bytes: Uint8Array): string {
    try {
      return decoder.decode(bytes);
    } catch {
      // The decoder's message adds nothing.
      throw new ColloquyError('upstream_error', 'An endpoint sent text that is not UTF-8.');
    }
  }

  function dispatch(): StreamRecord | undefined {
    if (!isInEvent) return undefined;
    isInEvent = false;
    const joined = data.join('\n');
    const hasData = data.length > 0;
    data = [];
    dataBytes = 0;
    if (!hasData) return { type: 'heartbeat' };
    if (joined.trim() !== '[DONE]') return { type: 'data', data: joined };
    isDone = true;
    return { type: 'done' };
  }

  function parseLine(line: Uint8Array): StreamRecord | undefined {
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
          append(bytes.subarray(start, at));
          const record = parseLine(flushLine());
          if (record) records.push(record);
        }
        start = at + 1;
      }
      if (!isDone) append(bytes.subarray(start));
      return records;
    },
    end() {
      if (isDone) return [];
      const records = [lineBytes > 0 ? parseLine(flushLine()) : undefined, dispatch()];
      return records.filter((record) => record !== undefined);
    },
  };
}

const tooLong = () => new ColloquyError('upstream_error', 'An endpoint sent a line that is too long.');
