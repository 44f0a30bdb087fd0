// Logs for the command line: recordings of sessions, the same in other forms, and long ones.

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const GOLDEN = join(import.meta.dirname, '../golden/recordings');

/** The path of one of our recordings. */
export const golden = (name: string): string => join(GOLDEN, `${name}.jsonl`);

export const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');

/** What passed over the wire in a recording: who said it, when (unix milliseconds), and the event. */
export function framesOf(name: string): { from: 'client' | 'server'; time: number; event: { type: string } }[] {
  const [header, ...lines] = linesOf(golden(name)).map((line) => JSON.parse(line));
  return lines.flatMap(({ from, at, event }) =>
    from === 'client' || from === 'server' ? [{ from, time: header.started_at + at, event }] : [],
  );
}

/** How others write the same: one text for each form. */
export const FOREIGN: Readonly<Record<string, (name: string) => string>> = {
  'bare events': (name) =>
    framesOf(name)
      .map(({ event }) => `${JSON.stringify(event)}\n`)
      .join(''),
  'time, source, event': (name) =>
    framesOf(name)
      .map(({ from, time, event }) => {
        const line = { time: new Date(time).toISOString(), source: from, event };
        return `${JSON.stringify(line)}\n`;
      })
      .join(''),
  'a text log': (name) =>
    framesOf(name)
      .map(({ from, time, event }) => {
        const way = from === 'client' ? 'send' : 'recv';
        return `${new Date(time).toISOString()} DEBUG ${way}: ${JSON.stringify(event)}\n`;
      })
      .join(''),
  'a HAR file': (name) => {
    const _webSocketMessages = framesOf(name).map(({ from, time, event }) => ({
      type: from === 'client' ? 'send' : 'receive',
      time: time / 1000,
      opcode: 1,
      data: JSON.stringify(event),
    }));
    return JSON.stringify({ log: { version: '1.2', entries: [{ request: {}, _webSocketMessages }] } }, null, 2);
  },
};

/** No log at all. */
const GARBAGE = `\u0000\u001b]0;CANARY\u0007\u009b2J\n{"CANARY":1}\n[\n"CANARY\n${'{'.repeat(50_000)}\n\ud83d\n{"type":5}\n`;

/** The log of a session with spoken turns without end, audio included, of at least so many bytes, in pieces. */
export function* longLog(bytes: number): Generator<string> {
  const audio = 'A'.repeat(48_000);
  const [header = '', created = '', ...turn] = linesOf(golden('audio-turn')).filter(
    (line) => !/^\{"at":\d+,"from":"(?:host|engine|speech|snapshot|clock)"/.test(line),
  );
  let made = 0;
  const piece = (text: string) => {
    made += Buffer.byteLength(text);
    return text;
  };
  yield piece(`${header}\n${created}\n`);
  for (let count = 0; made < bytes; count++) {
    for (const line of turn) {
      const own = line
        .replace(/"(item|resp|event)_(?=\w{21}")/g, `"$1_${count}_`)
        .replace(/"at":(\d+)/, (_, at: string) => `"at":${Number(at) + count * 1000}`)
        .replace(/"(delta|audio)":"\[REDACTED\]"/, `"$1":"${audio}"`);
      yield piece(`${own}\n`);
    }
  }
}

/** Writes such a log into a file. */
export function writeLongLog(path: string, bytes: number): void {
  const file = openSync(path, 'w');
  for (const text of longLog(bytes)) writeSync(file, text);
  closeSync(file);
}

/** The objects of JSON lines. */
export const json = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** What could act on a terminal. */
export const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

/** A folder of its own for the files of a test, each made when it is asked for. */
export interface LogFolder {
  readonly path: string;
  file(name: string, text: string): string;
  /** A recording as others would have written it. */
  foreign(form: string, name: string): string;
  /** A recording that ends in the middle of a line. */
  cut(): string;
  garbage(): string;
  remove(): void;
}

export function logFolder(): LogFolder {
  const path = mkdtempSync(join(tmpdir(), 'colloquy-logs-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(path, name), text);
    return join(path, name);
  };
  return {
    path,
    file,
    foreign: (form, name) => file(`${name} as ${form}`, FOREIGN[form]?.(name) ?? ''),
    cut() {
      const text = readFileSync(golden('text-turn'), 'utf8');
      return file('cut.jsonl', text.slice(0, text.indexOf('response.output_text.done') + 5));
    },
    garbage: () => file('garbage', GARBAGE),
    remove: () => rmSync(path, { recursive: true }),
  };
}
