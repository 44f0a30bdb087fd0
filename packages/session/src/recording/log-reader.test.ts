// Logs in many forms: each yields the same events as the recording it was made from.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { byteLines } from './byte-lines.ts';
import { loggedFrame } from './foreign-log.ts';
import { createLogReader, type ReadEntry } from './log-reader.ts';
import { describeForms, describeUnread, type LogReport } from './log-report.ts';
import { textBytes } from './text-bytes.ts';

const golden = new URL('../../../../tests/golden/recordings/text-turn.jsonl', import.meta.url);
interface Logged {
  from: 'client' | 'server';
  at: number;
  event: Record<string, unknown> & { type: string };
}
const FRAMES: Logged[] = readFileSync(golden, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))
  .filter(({ from }) => from === 'client' || from === 'server');
const EVENTS = FRAMES.map(({ event }) => event);
/** Text that needs every width of UTF-8, and everything that JSON and Python escape. */
const ODD = {
  type: 'conversation.item.truncated',
  event_id: 'e',
  note: 'é€😀 \'quoted\' "twice" \\ \n\t\u0001 {brace} ],',
};
const ALL = [...EVENTS, ODD];

async function readBytes(chunks: Iterable<Uint8Array>): Promise<{ entries: ReadEntry[]; report: LogReport }> {
  const reader = createLogReader();
  const entries: ReadEntry[] = [];
  async function* source() {
    yield* chunks;
  }
  for await (const line of byteLines(textBytes(source(), reader.addForm), 2 ** 26)) {
    for (const each of reader.read(Buffer.from(line).toString('utf8'))) entries.push(each);
  }
  for (const each of reader.end()) entries.push(each);
  return { entries, report: reader.report };
}
const read = (text: string) => readBytes([Buffer.from(text)]);
const eventsIn = (entries: readonly ReadEntry[]) => entries.flatMap(({ entry }) => loggedFrame(entry)?.event ?? []);

const json = (each: object) => JSON.stringify(each);
const lines = (each: (event: object, index: number) => string) =>
  ALL.map((event, index) => `${each(event, index)}\n`).join('');
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
const utf16 = Buffer.from(`\ufeff${lines(json)}`, 'utf16le');

/** As `repr` of Python prints text. */
const repr = (text: string) => {
  const plain = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replace(/[\u0000-\u001f]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `'${plain}'`;
};
const cdp = (event: object, index: number) => {
  const method = `Network.webSocketFrame${FRAMES[index]?.from === 'client' ? 'Sent' : 'Received'}`;
  const response = { opcode: 1, mask: false, payloadData: json(event) };
  return json({ method, params: { requestId: '7.1', timestamp: 100 + index / 8, response } });
};
const docker = (text: string) => json({ log: text, stream: 'stdout', time: '2026-01-01T00:00:00.5Z' });

const FORMS: readonly (readonly [name: string, bytes: string | Uint8Array, form: string | undefined])[] = [
  ['one object on each line', lines(json), undefined],
  ['UTF-8 with a mark', `\ufeff${lines(json)}`, 'UTF-8 with a byte order mark'],
  ['UTF-16 LE', utf16, 'UTF-16 LE'],
  ['UTF-16 BE', swapped(utf16), 'UTF-16 BE'],
  ['\\r\\n', lines(json).replaceAll('\n', '\r\n'), undefined],
  ['\\r', lines(json).replaceAll('\n', '\r'), 'lines that end with \\r'],
  ['pretty-printed objects', ALL.map((each) => JSON.stringify(each, null, 2)).join('\n'), 'JSON over several lines'],
  ['pretty-printed objects in a list', JSON.stringify(ALL, null, 2), 'a list'],
  ['a list, an object on each line', `[\n${ALL.map(json).join(',\n')}\n]\n`, 'a list'],
  ['objects one after the other', ALL.map(json).join(''), 'several values on a line'],
  ['objects with blanks and commas between them', ALL.map(json).join(' , '), 'several values on a line'],
  ['trailing commas', lines((each) => `${json(each)},`), undefined],
  ['trailing commas inside', lines((each) => json(each).replace(/\}$/, ', }')), 'JSON with trailing commas'],
  ['words before and after', lines((each) => `[12:00:01] INFO (ws) got ${json(each)} in 3 ms`), 'JSON after words'],
  [
    'Python websockets',
    lines((each) => `DEBUG:websockets.client:< TEXT ${repr(json(each))} [9 bytes]`),
    'Python websockets',
  ],
  ['the Chrome DevTools Protocol', lines(cdp), undefined],
  ['Docker', lines((each) => docker(`${json(each)}\n`)), 'Docker'],
  ['Docker, words before', lines((each) => docker(`app > ${json(each)}\n`)), 'Docker'],
  [
    'Docker, lines cut',
    lines((each) => `${docker(json(each).slice(0, 9))}\n${docker(`${json(each).slice(9)}\n`)}`),
    'Docker',
  ],
  ['JSON in JSON', lines((each) => json({ level: 30, msg: json(each) })), undefined],
];

describe('createLogReader', () => {
  it.each(FORMS)('[LG3] reads %s and reports the form', async (_, text, form) => {
    const { entries, report } = await readBytes([typeof text === 'string' ? Buffer.from(text) : text]);
    expect(eventsIn(entries)).toEqual(ALL);
    expect(describeForms(report) ?? '').toContain(form ?? '');
    expect(describeUnread(report)).toBeUndefined();
    if (form === undefined) expect(report.forms.size).toBeLessThanOrEqual(1);
  });

  it.each(FORMS.slice(0, 7))('[LG3] reads %s however its bytes are chunked', async (_, text) => {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    const single = function* () {
      for (let at = 0; at < bytes.length; at += 1) yield bytes.subarray(at, at + 1);
    };
    expect(eventsIn((await readBytes(single())).entries)).toEqual(ALL);
  });

  it('[LG3] reads side and time from Chrome, and time from Docker', async () => {
    const { entries } = await read(lines(cdp));
    const frames = entries.flatMap(({ entry }) => loggedFrame(entry) ?? []);
    expect(frames.slice(0, -1).map(({ from }) => from)).toEqual(FRAMES.map(({ from }) => from));
    const times = frames.map(({ time }) => time as number);
    expect(times.every((time, at) => at === 0 || time - (times[at - 1] as number) === 125)).toBe(true);
    const [first] = (await read(docker(`${json(ODD)}\n`))).entries;
    expect(loggedFrame(first!.entry)?.time).toBe(Date.parse('2026-01-01T00:00:00.5Z'));
  });

  it('[LG4] continues after damaged lines and lists five of them', async () => {
    const text = `${json(ODD)}\n{"type":"cut\n${json(ODD)}\n{"a":[1,\n${json(ODD)}\n${'{"b" no}\n'.repeat(6)}just words\n${json(ODD)}\n`;
    const { entries, report } = await read(text);
    expect(eventsIn(entries)).toEqual([ODD, ODD, ODD, ODD]);
    expect(describeUnread(report)).toBe(
      '9 lines are not understood: line 2 (not JSON), line 4 (not JSON), line 6 (not JSON), line 7 (not JSON), line 8 (not JSON) and 4 more',
    );
    expect(entries.map(({ entry }) => entry.line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'it is empty'],
    ['blank lines', Buffer.from('\n \r\n\n'), 'it is empty'],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'it is binary data, no log of events'],
    [
      'a text',
      Buffer.from('one\ntwo\n'),
      '2 lines are not understood: line 1 (words, no JSON), line 2 (words, no JSON)',
    ],
  ])('[LG5] says in one sentence that a file holds %s', async (_, bytes, summary) => {
    const { report } = await readBytes([bytes]);
    expect(report.events).toBe(0);
    expect(describeUnread(report)).toBe(summary);
  });

  it('[LG6] yields every entry of a chunk before it reads the next', async () => {
    const [line, pieces, perPiece] = [`${json({ type: 'response.cancel' })}\n`, 60, 500];
    const piece = Buffer.from(line.repeat(perPiece));
    let reads = 0;
    let entries = 0;
    let furthest = 0;
    async function* source() {
      for (; reads < pieces; reads += 1) {
        // The first 64 KiB are examined before the first entry.
        furthest = Math.max(furthest, reads * perPiece - entries);
        yield piece;
      }
    }
    const reader = createLogReader();
    for await (const each of byteLines(textBytes(source()), 2 ** 26)) {
      for (const { entry } of reader.read(Buffer.from(each).toString('utf8')))
        entries += entry.kind === 'event' ? 1 : 0;
    }
    expect(entries).toBe(pieces * perPiece);
    expect(furthest).toBeLessThanOrEqual((64 * 1024) / line.length + perPiece);
  });

  it('[LG6] reads hostile input in linear time', { tags: 'long' }, async () => {
    const hostile = [
      '{'.repeat(500_000),
      '{"a":"'.repeat(75_000),
      '[{,},'.repeat(75_000),
      `${'\\"'.repeat(125_000)}{"a":"\\`,
    ];
    const docker1 = docker(docker(docker(json(ODD))));
    hostile.push("< TEXT '".repeat(50_000), docker1);
    for (const text of hostile) expect((await read(text)).report.events).toBe(0);
    const unclosed = await read('{"a":1,\n'.repeat(25_000));
    expect(unclosed.report.unread).toBe(25_000);
  });
});
