// `colloquy` as somebody at a terminal meets it: the banner, the browser, colour, and what is kept from other programs.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { run, serve } from '@support/colloquy.ts';
import { golden } from '@support/logs.ts';
import { colloquyOnTerminal, hasTerminal, type OnTerminal } from '@support/terminal.ts';
import { waitUntil } from '@support/wait-until.ts';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'colloquy-terminal-'));
afterAll(() => rmSync(folder, { recursive: true }));

const running: OnTerminal[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.end();
});

function onTerminal(args: readonly string[], env: Readonly<Record<string, string>> = {}): OnTerminal {
  const started = colloquyOnTerminal(args, env);
  running.push(started);
  return started;
}

/** A desktop whose way to open a page writes the address down; `opened` reads it. */
function desktop() {
  const file = join(folder, 'opened');
  writeFileSync(file, '');
  const gio = join(folder, 'gio');
  writeFileSync(gio, `#!/bin/sh\nif [ "$1" = open ]; then printf %s "$2" > "${file}"; fi\n`);
  chmodSync(gio, 0o755);
  return {
    env: { PATH: `${folder}:${process.env.PATH}`, DISPLAY: ':9', XDG_CURRENT_DESKTOP: 'GNOME' },
    opened: () => readFileSync(file, 'utf8'),
  };
}

const FREE = ['--engine', 'parrot', '--port', '0'];
const LISTENING = /colloquy listening on (http:\/\/127\.0\.0\.1:\d+)/;
const BANNER_END = /Next +npx colloquy talk/;

describe.skipIf(!hasTerminal)('on a terminal', () => {
  it('[CL1] serves and opens the console in the browser when given no command', async () => {
    const { env, opened } = desktop();
    const { until } = onTerminal(FREE, env);
    const [, url = ''] = await until(LISTENING);
    await waitUntil('the page to be opened', () => opened() !== '');
    expect(opened().replace(/\/$/, '')).toBe(url);
  });

  it.each([
    ['with --no-open', ['--no-open'], {}],
    ['in CI', [], { CI: 'true' }],
    ['with no display', [], { DISPLAY: '' }],
  ])('[CL1] opens nothing %s', async (_, args, extra) => {
    const { env, opened } = desktop();
    const { until, end } = onTerminal([...FREE, ...args], { ...env, ...extra });
    await until(BANNER_END);
    await end();
    expect(opened()).toBe('');
  });

  it('[CL2] shows version, engine and its abilities, console, settings for SDKs and the next command', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../packages/cli/package.json'), 'utf8'));
    const { until, screen } = onTerminal(['serve', ...FREE, '--tls', '--tls-port', '0', '--data-dir', folder], {
      NO_COLOR: '1',
    });
    const [, url = ''] = await until(LISTENING);
    await until(BANNER_END);
    const [, tlsUrl = ''] = /listening on (https:\S+)/.exec(screen()) ?? [];
    expect(screen()).toContain(`Colloquy ${version}  engine parrot: no transcription, speaks, no language model`);
    expect(screen()).toContain(`Console   ${url}`);
    expect(screen()).toContain(`OPENAI_BASE_URL=${tlsUrl}/v1`);
    const [, caFile = ''] = /NODE_EXTRA_CA_CERTS=(\S+)/.exec(screen()) ?? [];
    expect(readFileSync(caFile, 'utf8')).toMatch(/^-----BEGIN CERTIFICATE/);
    expect(screen()).not.toContain('\u001b');
  });

  it('[CL5] colours the help, not when NO_COLOR is set', async () => {
    const coloured = onTerminal(['help']);
    await coloured.until(/Exit codes[\s\S]*SIGTERM/);
    expect(coloured.screen()).toContain('\u001b[1mCommands');
    const plain = onTerminal(['help'], { NO_COLOR: '1' });
    await plain.until(/Exit codes[\s\S]*SIGTERM/);
    expect(plain.screen()).not.toContain('\u001b');
  });
});

describe('to another program', () => {
  it('[CL2] says where it listens and nothing else', async () => {
    const { child, ended, stdout, url } = await serve(['--engine', 'parrot', '--open'], { DISPLAY: ':9' });
    child.kill('SIGTERM');
    await ended;
    expect(stdout()).toBe(`colloquy listening on ${url}\n`);
  });

  it('[CL5] writes no colour, but with FORCE_COLOR', async () => {
    expect((await run(['help'])).stdout).not.toContain('\u001b');
    expect((await run(['help'], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[1m');
  });

  it.each([
    ['inspect', []],
    ['inspect', ['--events']],
    ['check', []],
  ])('[CL5] colours what %s %j prints, and nothing of the text changes', async (command, options) => {
    const args = [command, ...options, golden('tool-round')];
    const plain = await run(args);
    const { stdout } = await run(args, { env: { FORCE_COLOR: '1' } });
    expect(stdout).toContain('\u001b[');
    expect(stripVTControlCharacters(stdout)).toBe(plain.stdout);
    expect(plain.stdout).not.toContain('\u001b');
  });
});

describe('what was mistyped', () => {
  it.each([
    [['tal'], "colloquy: unknown command; did you mean 'talk' or 'tail'? See 'colloquy --help'\n"],
    [['help', 'sevre'], "colloquy: unknown command; did you mean 'serve'? See 'colloquy --help'\n"],
    [['frobnicate'], "colloquy: unknown command; see 'colloquy --help'\n"],
    [
      ['serve', '--prot', '1'],
      "colloquy serve: --prot is not an option; did you mean '--port'? See 'colloquy serve --help'\n",
    ],
    [
      ['--no-opne'],
      "colloquy serve: --no-opne is not an option; did you mean '--no-open'? See 'colloquy serve --help'\n",
    ],
    [['measure', '--sk-secret'], "colloquy measure: --sk-secret is not an option; see 'colloquy measure --help'\n"],
  ])('[CL4] %j is refused with the name that was meant', async (args, message) => {
    expect(await run(args)).toEqual({ code: 2, stdout: '', stderr: message });
  });
});

describe('a file that cannot be read', () => {
  it.each([
    [['check', '/nowhere/log'], 1, 'it does not exist'],
    [['inspect', '/nowhere/log'], 1, 'it does not exist'],
    [['measure', tmpdir()], 1, 'it is a directory'],
    [['replay', '/nowhere/log'], 1, 'it does not exist'],
    [['redact', '/nowhere/log'], 1, 'it does not exist'],
    [['convert', '/nowhere/log'], 1, 'it does not exist'],
    [['serve', '--config', '/nowhere/file'], 2, 'it does not exist'],
    [['serve', '--scenario', '/nowhere/file'], 2, 'it does not exist'],
    [['serve', '--mcp', tmpdir()], 2, 'it is a directory'],
    [['measure', '--prices', '/nowhere/file', '/nowhere/log'], 2, 'it does not exist'],
  ])('[CL6] %j says why in words', async (args, code, reason) => {
    const ended = await run(args);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(new RegExp(`^colloquy ${args[0]}: \\S+ cannot be read: ${reason}\n$`));
  });
});
