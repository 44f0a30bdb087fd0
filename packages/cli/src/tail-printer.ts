// The output of `colloquy tail`: events of a server, or lines of an observed session.

import { eventTypeOf, type RedactionLevel, readFrame, redact } from '@colloquy/protocol';
import {
  createRecordingWriter,
  items,
  type RecordingEntry,
  readRecordingLine,
  redactLogEntry,
  type SnapshotLine,
} from '@colloquy/session';
import { frameLine } from './frame-line.ts';
import { itemRows } from './item-rows.ts';
import { escapeJson, printableLine } from './printable.ts';

/** Takes each frame with the milliseconds since 1970 at which it came, and the end. */
export interface Printer {
  readonly print: (frame: string, time: number) => void;
  readonly end: () => void;
}

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

/** Of events, as a server sends them to a client of its own. As JSON they become a recording. */
export function eventPrinter(json: boolean, level: RedactionLevel): Printer {
  if (json) {
    const writer = createRecordingWriter({ onLine: (line) => print(escapeJson(line)), level });
    return { print: (frame, time) => writer.write('server', frame, time), end: () => writer.end() };
  }
  let began: number | undefined;
  return {
    print(frame, time) {
      began ??= time;
      const read = readFrame(frame, false);
      const event = read.ok && eventTypeOf(read.value) !== undefined ? (read.value as { type: string }) : undefined;
      if (event) print(frameLine({ from: 'server', event }, time - began, level));
      else complain(`a frame of ${frame.length} characters is not an event`);
    },
    end() {},
  };
}

/** Of the lines of a recording, as an observer is shown them. What the server left in clear is hidden here all the same. */
export function linePrinter(json: boolean, level: RedactionLevel): Printer {
  let count = 0;
  return {
    print(text) {
      count += 1;
      const entry = readRecordingLine(text, count);
      if (entry.kind === 'damaged' || entry.kind === 'foreign') {
        return complain(`a line of ${text.length} characters does not belong to a recording`);
      }
      if (!json) return lineFor(entry, level).forEach(print);
      const line = redactLogEntry(entry, text, level);
      if (line !== undefined) print(escapeJson(line));
    },
    end() {},
  };
}

/** What people read of an entry: whose session it is, what the conversation held when watching began, what passed over the wire. */
function lineFor(entry: RecordingEntry, level: RedactionLevel): string[] {
  if (entry.kind === 'frame') return [frameLine(entry.frame, entry.frame.at, level)];
  if (entry.kind === 'header') return [`${when(0)}  =  session ${printableLine(String(entry.header.session))}`];
  if (entry.kind === 'snapshot') return conversationSoFar(entry.snapshot, level);
  if (entry.kind !== 'input') return [];
  const { input } = entry;
  if (input.from === 'client') return [frameLine({ from: 'client', event: input.event }, input.at, level)];
  return input.from === 'wire'
    ? [`${when(input.at)}  >  a frame that is not an event: ${printableLine(input.issue.code)}`]
    : [];
}

/** The conversation as it stood when watching began, an item on a line. */
function conversationSoFar({ at, state }: SnapshotLine, level: RedactionLevel): string[] {
  const head = `${when(at)}  =  ${Number(state.items?.count ?? 0)} items in the conversation`;
  try {
    const rows = Array.from(items(state), (item) => {
      const [name = '', ...parts] = itemRows({ id: item.id ?? '', item: redact(item, { level }), heard_ms: [] });
      return `${when(at)}  =  ${printableLine([name, ...parts.map((part) => part.trim())].join('  '))}`;
    });
    return [head, ...rows];
  } catch {
    // A state of another version: what passes from now on is shown all the same.
    return [head];
  }
}

const when = (at: number) => `${(at / 1000).toFixed(3).padStart(9)} s`;
