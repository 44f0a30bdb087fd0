// Logs in other forms than one object on each line, through every command that reads logs.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildBefore } from '@support/build-before.ts';
import { type CommandOutcome, runCommands } from '@support/command-runs.ts';
import { framesOf, golden, json } from '@support/logs.ts';
import { afterAll, describe, expect, it } from 'vitest';

const NAME = 'tool-round';
const frames = framesOf(NAME);

const FORMS: readonly (readonly [form: string, bytes: string | Uint8Array])[] = [
  ['gzip', gzipSync(readFileSync(golden(NAME)))],
  ['UTF-16 LE', Buffer.from(`\ufeff${frames.map(({ event }) => JSON.stringify(event)).join('\r\n')}`, 'utf16le')],
  ['JSON over several lines', frames.map(({ event }) => JSON.stringify(event, null, 2)).join('\n')],
  ['several values on a line', frames.map(({ event }) => JSON.stringify(event)).join('')],
  ['JSON after words', frames.map(({ event }) => `INFO got ${JSON.stringify(event)} ok\n`).join('')],
];

describe('commands that read logs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-forms-'));
  const file = (name: string, bytes: string | Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  buildBefore('packages');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('[LG3] read every form, give the same events, and say on stderr what a log was read as', async () => {
    const plan = FORMS.flatMap(([form, bytes], index) => {
      const path = file(`${index} ${form}`, bytes);
      const options = [
        ['inspect', '--json'],
        ['check'],
        ['measure', '--json'],
        ['convert', '--to', 'events'],
        ['redact'],
      ];
      return options.map(([command = '', ...rest]) => [command, path, ...rest]);
    });
    const { outcomes, stderr } = await runCommands(folder, plan);
    const of = (name: string): CommandOutcome[] => outcomes.filter((each) => each.name === name);
    const types = frames.map(({ event }) => event.type);
    expect(outcomes.filter(({ code }) => code !== 0)).toEqual([]);
    for (const { stdout } of of('check')) expect(stdout).toMatch(/: no violations in 49 events\n$/);
    for (const { stdout } of of('convert')) expect(json(stdout).map(({ type }) => type)).toEqual(types);
    for (const { stdout } of of('inspect')) {
      const { client, server } = json(stdout)[0].frames;
      expect(client + server).toBe(types.length);
    }
    for (const { stdout } of of('redact')) expect(stdout.split('\n').length).toBeGreaterThan(types.length);
    for (const [form] of FORMS) expect(stderr).toContain(`${form}: read as: ${form}`);
  });

  it('[LG4, LG5] say once what a file is that is no log, and name at most five lines of one that is', async () => {
    const event = '{"type":"response.cancel"}\n';
    const paths = [
      file('empty', ''),
      file('binary', Buffer.from('89504e470d0a1a0a0000000d49484452'.repeat(200), 'hex')),
      file('words', 'these are words\n'.repeat(111)),
      file('broken', '{"type": broken}\n'.repeat(111)),
      file('half broken', event + '{"type": broken}\n'.repeat(111) + event),
    ];
    const { outcomes, stderr } = await runCommands(folder, [
      ...paths.map((path) => ['check', path]),
      ...paths.map((path) => ['inspect', path]),
    ]);
    const [empty, binary, text, broken, half] = outcomes.map(({ stdout }) => stdout);
    expect(empty).toBe(`${paths[0]}: no events; it is empty\n`);
    expect(binary).toBe(`${paths[1]}: no events; it is binary data, no log of events\n`);
    expect(text).toMatch(
      /^\S+: no events; 111 lines are not understood: line 1 \(words, no JSON\), .* and 106 more\n$/,
    );
    expect(broken).toMatch(/^\S+: no events; 111 lines are not understood: line 1 \(not JSON\), .* and 106 more\n$/);
    expect(half?.match(/\[LOG\] not JSON/g)).toHaveLength(5);
    expect(half).toContain('  and 106 more lines that cannot be read\n');
    expect(stderr).toMatch(/half broken: 111 lines are not understood: line 2 \(not JSON\), .* and 106 more\n/);
  });
});
