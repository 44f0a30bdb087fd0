// Logs of others, opened in a browser that has never seen the page: every form shows the same conversation and events.

import { gzipSync } from 'node:zlib';
import { browserMissing, expectSound, type ServedConsole, serveConsole } from '@support/browser.ts';
import { FOREIGN, framesOf } from '@support/logs.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const NAME = 'tool-round';
const frames = framesOf(NAME);
const events = frames.map(({ event }) => event);
const stampOf = (time: number) => new Date(time).toISOString();
const lines = (make: (frame: (typeof frames)[number], index: number) => string) => frames.map(make).join('\n');
const TEXTS = ['Is it warm in Oslo and in Rome?', 'Let me look.', 'Only in Rome.'];

/** Python's `repr` of a text. */
const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** Docker's objects for a line: it splits long ones. */
function dockerLines({ event, time }: (typeof frames)[number]): string {
  const text = `${JSON.stringify(event)}\n`;
  const pieces = [text.slice(0, 200), text.slice(200)].filter((piece) => piece !== '');
  return pieces.map((log) => JSON.stringify({ log, stream: 'stdout', time: stampOf(time) })).join('\n');
}

/** What a program wrote → what the page says that it read, where that is more than an object on each line. */
const FORMS: readonly (readonly [name: string, bytes: string | Uint8Array, readAs: string])[] = [
  ['bare events', FOREIGN['bare events']?.(NAME) ?? '', ''],
  ['time, source, event', FOREIGN['time, source, event']?.(NAME) ?? '', ''],
  [
    'a structured logger',
    lines(({ from, time, event }) =>
      JSON.stringify({ level: 30, time, msg: { dir: from === 'client' ? 'out' : 'in', frame: JSON.stringify(event) } }),
    ),
    '',
  ],
  [
    'the Chrome DevTools Protocol',
    lines(({ from, event }, index) =>
      JSON.stringify({
        method: `Network.webSocketFrame${from === 'client' ? 'Sent' : 'Received'}`,
        params: { requestId: '1', timestamp: 100 + index / 10, response: { payloadData: JSON.stringify(event) } },
      }),
    ),
    '',
  ],
  ['a HAR file', FOREIGN['a HAR file']?.(NAME) ?? '', 'a HAR file'],
  ['a list', JSON.stringify(events), 'a list'],
  ['an object with a list', JSON.stringify({ events }, null, 1), 'an object with a list'],
  ['a text log', FOREIGN['a text log']?.(NAME) ?? '', 'JSON after words'],
  ['server-sent events', lines(({ event }) => `data: ${JSON.stringify(event)}\n`), 'JSON after words'],
  [
    'Python websockets',
    lines(({ from, event }) => {
      const text = JSON.stringify(event);
      const way = from === 'client' ? '>' : '<';
      return `DEBUG:websockets.client:${way} TEXT ${quoted(text)} [${text.length} bytes]`;
    }),
    'Python websockets, JSON after words',
  ],
  ['Docker', frames.map(dockerLines).join('\n'), 'Docker'],
  ['JSON over several lines', lines(({ event }) => JSON.stringify(event, null, 2)), 'JSON over several lines'],
  ['several values on a line', events.map((event) => JSON.stringify(event)).join(''), 'several values on a line'],
  [
    'JSON with trailing commas',
    lines(({ event }) => JSON.stringify(event).replace(/\}$/, ',}')),
    'JSON with trailing commas',
  ],
  ['UTF-16', Buffer.from(`\ufeff${lines(({ event }) => JSON.stringify(event))}`, 'utf16le'), 'UTF-16 LE'],
  ['gzip', gzipSync(lines(({ event }) => JSON.stringify(event))), 'gzip'],
];

describe.skipIf(browserMissing)(`logs of others in the page${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  let served: ServedConsole;
  beforeAll(async () => {
    served = await serveConsole();
  });
  afterEach(() => served.closePages());
  afterAll(() => served?.close());

  it('[LG3] shows the same conversation and events, and says what was read, when a fresh profile opens any form', async () => {
    const opened = await served.open('#/home', { isAlone: true, viewport: { width: 1280, height: 800 } });
    const { page } = opened;
    const conversation = page.getByRole('list', { name: 'Conversation' });
    const list = page.getByRole('listbox', { name: 'Events' });
    const seen: unknown[] = [];
    for (const [name, bytes] of FORMS) {
      const buffer = Buffer.from(bytes as Uint8Array);
      await page.getByLabel('Open a file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
      await page
        .getByText(/^\d+ lines/)
        .first()
        .waitFor();
      for (const text of TEXTS) await conversation.getByText(text).first().waitFor();
      await list.getByRole('option', { name: 'session.created' }).first().waitFor();
      seen.push([
        name,
        await page.locator('.log-state').innerText(),
        await list.getByRole('option').first().getAttribute('aria-setsize'),
      ]);
      await page.goBack();
    }
    const size = (seen[0] as unknown[])[2];
    const count = `${events.length} lines`;
    expect(seen).toEqual(
      FORMS.map(([name, , readAs]) => [name, readAs === '' ? count : `${count}; read as: ${readAs}`, size]),
    );
    expectSound(opened);
  });
});
