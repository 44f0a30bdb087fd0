// Runs the client code of README and docs/*.md against a server, and checks that options named in documents exist. Links are
// checked in links.test.ts, other code in code-blocks.test.ts.

import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildBefore } from '@support/build-before.ts';
import { type Serving, serving } from '@support/serving.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SETTING_FLAGS } from '../../packages/cli/src/config.ts';
import { DOCUMENTS, read, root } from './documents.ts';

const run = promisify(execFile);
/** The files that hold the helps of commands, and the help of `--level`, which several share. */
const HELPS = ['level.ts', ...readdirSync(join(root, 'packages/cli/src/commands')).map((name) => `commands/${name}`)];
/** The options that the helps describe: each begins a line. */
const HELP_OPTIONS = HELPS.flatMap((path) =>
  [...read(`packages/cli/src/${path}`).matchAll(/^(?: {2}|.*[`'] {2})(?:-\w, )?--([a-z][a-z-]*)/gm)].map(
    ([, option = '']) => option,
  ),
);

/** The JavaScript of a document, block by block. */
const snippets = (path: string) => [...read(path).matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code);
/** The one block that contains these words. */
function snippet(path: string, text: string): string {
  const [match, ...others] = snippets(path).filter((code) => code.includes(text));
  expect(match, `${path}: ${text}`).toBeDefined();
  expect(others, `${path}: ${text}`).toEqual([]);
  return match as string;
}

let server: Serving;
buildBefore('packages');
beforeAll(async () => {
  server = await serving({ tls: true });
});
afterAll(() => server?.stop());

/** Runs code as a reader would paste it, but for the ports; answers with what it printed. A process that does not end fails. */
async function paste(code: string): Promise<string> {
  const here = code
    .replaceAll('127.0.0.1:8787', `127.0.0.1:${server.port}`)
    .replaceAll('127.0.0.1:8788', `127.0.0.1:${server.tlsPort}`);
  const { PATH = '' } = process.env;
  const args = ['--unhandled-rejections=strict', '--input-type=module', '--eval', here];
  const env = { PATH, CA: server.caFile };
  const { stdout, stderr } = await run(process.execPath, args, { cwd: root, timeout: 90_000, env });
  expect(stderr).toBe('');
  return stdout;
}

/** Says hello over `rt`, a socket of openai-node, and hangs up after the answer. */
const HELLO = `
rt.on('error', (error) => console.log(error.message));
rt.on('session.created', () => {
  rt.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] } });
  rt.send({ type: 'response.create', response: { output_modalities: ['text'] } });
});
rt.on('response.output_text.done', ({ text }) => console.log(text));
rt.on('response.done', () => rt.close());
`;
const OPENAI = `
import { readFileSync } from 'node:fs';
import net from 'node:net';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
const { CA } = process.env;
`;
const AGENTS = `
import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
const agent = new RealtimeAgent({ name: 'a' });
`;
/** Says hello over `session`, of the Agents SDK, and hangs up after the answer. */
const HELLO_AGENT = `
session.transport.on('error', (error) => console.log(JSON.stringify(error)));
session.transport.on('response.done', ({ response }) => {
  console.log(response.output[0].content[0].transcript);
  session.close();
  process.exit();
});
session.sendMessage('hello');
`;

describe('code a reader pastes', () => {
  it('README: the official client, with nothing added', async () => {
    expect(await paste(snippet('README.md', 'OpenAIRealtimeWS'))).toBe('You said: hello');
  });

  it('README: the Agents SDK', async () => {
    expect(await paste(AGENTS + snippet('README.md', 'RealtimeSession') + HELLO_AGENT)).toBe('You said: hello\n');
  });

  it('README: the mirror, on a socket of any kind', async () => {
    const before = `
import { WebSocket } from 'ws';
const socket = new WebSocket('ws://127.0.0.1:8787/v1/realtime?model=m');
socket.onopen = () => socket.send(JSON.stringify({ type: 'conversation.item.create', item: { type: 'message', role: 'user', id: 'mine', content: [{ type: 'input_text', text: 'hello' }] } }));
`;
    const after = `
const { onmessage } = socket;
socket.onmessage = (message) => {
  onmessage(message);
  if (message.data.includes('conversation.item.done')) socket.close();
};
`;
    const printed = await paste(before + snippet('README.md', 'createMirror') + after);
    expect(printed).toContain('session.created');
    expect(printed).toMatch(/\[[^[]*id: 'mine'/);
  });

  it('docs/recording-format.md: a socket is recorded in one line', async () => {
    const before = `
import { WebSocket } from 'ws';
const socket = new WebSocket('ws://127.0.0.1:8787/v1/realtime?model=m');
socket.onopen = () => socket.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime', instructions: 'x' } }));
socket.onmessage = ({ data }) => data.includes('session.updated') && socket.close();
`;
    const after = `
socket.onclose = () => console.log(lines.map((line) => JSON.parse(line)).map(({ from, event }) => event ? from + ' ' + event.type : 'header').join());
`;
    expect(await paste(before + snippet('docs/recording-format.md', 'recordSocket') + after)).toBe(
      'header,client session.update,server session.created,server session.updated\n',
    );
  });

  it('docs/clients.md: openai over TLS', async () => {
    expect(await paste(OPENAI + snippet('docs/clients.md', 'ca: readFileSync') + HELLO)).toBe('You said: hello\n');
  });

  it('docs/clients.md: openai over a plain socket', async () => {
    expect(await paste(OPENAI + snippet('docs/clients.md', 'createConnection') + HELLO)).toBe('You said: hello\n');
  });

  it('docs/clients.md: the Agents SDK', async () => {
    expect(await paste(AGENTS + snippet('docs/clients.md', 'RealtimeSession') + HELLO_AGENT)).toBe('You said: hello\n');
  });
});

describe('documents', () => {
  it('name no option and no script that does not exist', () => {
    const others = [
      'write',
      'config',
      'no-install-recommends',
      'reasoning-format',
      'reasoning-parser',
      'rounds',
      'seed',
      'minutes',
      'experimental-vm-modules',
      // of git, and of scripts/release.mjs
      ...['tags', 'version', 'check', 'dry-run', 'publish'],
      // of 'serve', both ways of a switch
      ...['open', 'no-open', 'no-detector', 'no-webrtc'],
      // of scripts/logs.mjs
      ...['gigabytes', 'lines'],
      // of scripts/fuzz.mjs, of scripts/screenshots.mjs
      ...['offers', 'all'],
    ];
    const options = new Set([...Object.keys(SETTING_FLAGS), ...HELP_OPTIONS, ...others]);
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const document of DOCUMENTS) {
      const text = read(document);
      const named = [...text.matchAll(/(?<![\w-])--([a-z][a-z-]+)/g)].map(([, name = '']) => name);
      const runs = [...text.matchAll(/`npm run ([a-z]+)/g)].map(([, name = '']) => name);
      expect(
        named.filter((name) => !options.has(name)),
        document,
      ).toEqual([]);
      expect(
        runs.filter((name) => !Object.hasOwn(scripts, name)),
        document,
      ).toEqual([]);
    }
  });
});
