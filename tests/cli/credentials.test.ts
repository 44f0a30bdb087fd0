// Credentials where nobody expects them, in ids, types, roles, names and times: no command shows one.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBefore } from '@support/build-before.ts';
import { runCommands } from '@support/command-runs.ts';
import { golden, linesOf } from '@support/logs.ts';
import { afterAll, describe, expect, it } from 'vitest';

const KEYS = [
  'sk-CANARY1234567890',
  'ek_CANARY1234567890',
  'Bearer CANARY1234567890',
  'openai-insecure-api-key.CANARY',
];

describe('[RD12] no command shows a credential', () => {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-credentials-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  buildBefore('packages');
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A recording in which the credential stands in the place of every id, status, role, model and type of a part. */
  const spoilt = (key: string) =>
    linesOf(golden('text-turn'))
      .map((line) =>
        line
          .replace(
            /"((?:item|response|call|event|conversation)_id|id|role|status|model|voice)":"[^"]*"/g,
            `"$1":"${key}"`,
          )
          .replace(/"type":"(?:output_text|message)"/g, `"type":"${key}"`)
          .replace(/"session":"[^"]*"/, `"session":"${key}"`),
      )
      .concat(
        JSON.stringify({
          at: 9e5,
          from: 'wire',
          issue: { code: null, param: key, message: `no ${key}` },
          event_id: key,
        }),
        JSON.stringify({ at: 9e5, from: 'server', event: { type: key, [key]: key, event_id: key } }),
        JSON.stringify({ at: 9e5, from: 'client', event: { type: 'response.create', response: { [key]: key } } }),
        JSON.stringify({ at: 9e5, from: key, event: { type: key } }),
      )
      .join('\n');

  const COMMANDS = [
    ['inspect'],
    ['inspect', '--json'],
    ['inspect', '--events'],
    ['inspect', '--events', '--json', '--level', 'key'],
    ['check'],
    ['check', '--json'],
    ['measure'],
    ['measure', '--format', 'csv'],
    ['measure', '--json'],
    ['redact', '--level', 'key'],
    ['convert'],
    ['convert', '--to', 'log', '--level', 'key'],
    ['replay'],
    ['replay', '--json'],
  ] as const;

  it('[RD12] by whatever command a log is read', async () => {
    const path = file('spoilt.jsonl', KEYS.map(spoilt).join('\n'));
    const plan = COMMANDS.map(([command, ...options]) => [command, path, ...options]);
    const { outcomes, stderr } = await runCommands(folder, plan);
    const output = outcomes.map(({ name, stdout }) => [name, /.{0,60}CANARY.{0,20}/.exec(stdout)?.[0]]);
    expect(output.filter(([, text]) => text !== undefined)).toEqual([]);
    expect(outcomes.filter(({ stdout, stack }) => stdout === '' || stack !== undefined)).toEqual([]);
    expect(stderr).not.toMatch(/CANARY/);
  });
});
