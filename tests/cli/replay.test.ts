// `colloquy replay`, on what `colloquy serve --data-dir` wrote of a conversation with `colloquy talk`.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Input } from '@colloquy/session';
import { buildBefore } from '@support/build-before.ts';
import { run, serve } from '@support/colloquy.ts';
import { record } from '@support/record.ts';
import { recordedFiles } from '@support/recorded-files.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

buildBefore('packages');

describe('colloquy replay', () => {
  let folder = '';
  /** The recording of one conversation, and its lines. */
  let file = '';
  let lines: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'colloquy-replay-'));
    const { url, child, ended } = await serve(['--engine', 'parrot', '--data-dir', folder]);
    await run(['talk', url], { input: 'good morning\nand good night\n' });
    child.kill('SIGTERM');
    await ended;
    const names = recordedFiles(join(folder, 'recordings'));
    expect(names).toHaveLength(1);
    file = join(folder, 'recordings', names[0] ?? '');
    lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function changed(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  it('proves that a recorded session gives the same bytes', async () => {
    const { code, stdout, stderr } = await run(['replay', file]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/: the same, byte for byte \(\d+ inputs, \d+ frames\)\n$/);
  });

  it('shows where a line was tampered with, and no words', async () => {
    const at = lines.findIndex((line) => line.includes('response.output_text.done'));
    const tampered = lines.with(at, lines[at]?.replace('good morning', 'CANARY TEXT') ?? '');
    const path = changed('tampered.jsonl', `${tampered.join('\n')}\n`);
    const { code, stdout } = await run(['replay', path]);
    expect(code).toBe(1);
    expect(stdout).toContain(`line ${at + 1}: the session says something else`);
    expect(stdout).toMatch(/at +event\.text\n/);
    expect(stdout).toMatch(/recorded +hidden text of \d+ characters\n/);
    expect(stdout).not.toMatch(/CANARY|morning/);
  });

  it('shows both values where they are no words', async () => {
    const at = lines.findIndex((line) => line.includes('"response.done"'));
    const tampered = lines.with(at, lines[at]?.replace('"completed"', '"cancelled"') ?? '');
    const { code, stdout } = await run(['replay', '--json', changed('status.jsonl', `${tampered.join('\n')}\n`)]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      difference: { line: at + 1, path: 'event.response.status', recorded: '"cancelled"', replayed: '"completed"' },
    });
  });

  it('misses a line that was taken out', async () => {
    const at = lines.findIndex((line) => line.includes('response.content_part.added'));
    const { code, stdout } = await run(['replay', changed('short.jsonl', `${lines.toSpliced(at, 1).join('\n')}\n`)]);
    expect(code).toBe(1);
    expect(stdout).toContain(`line ${at + 1}: `);
  });

  it('names the line at which a file was cut off', async () => {
    const text = readFileSync(file, 'utf8');
    const cut = text.slice(0, text.indexOf('"response.created"') + 10);
    const { code, stdout } = await run(['replay', changed('cut.jsonl', cut)]);
    expect(code).toBe(1);
    expect(stdout).toContain(`line ${cut.split('\n').length} cannot be read: not JSON`);
  });

  it('says when a recording ends before its session', async () => {
    const { code, stdout } = await run(['replay', changed('open.jsonl', `${lines.slice(0, -1).join('\n')}\n`)]);
    expect(code).toBe(0);
    expect(stdout).toContain('it ends before the end of the session');
  });

  it('as JSON says it once for each file, and goes on after one that is not there', async () => {
    const closed = join(folder, 'gone.jsonl');
    const { code, stdout } = await run(['replay', '--json', closed, file]);
    expect(code).toBe(1);
    const [first, second] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toEqual({ file: closed, ok: false, error: 'cannot be read: it does not exist' });
    expect(second).toMatchObject({ file, ok: true, closed: true, unreadable: 0, unread: [], difference: null });
    expect(second.frames).toBe(lines.filter((line) => line.includes('"from":"server"')).length);
  });

  it('says of another file that it is no recording, and counts rather than keeps its lines', async () => {
    const { code, stdout } = await run(['replay', changed('other.log', '{"msg":"CANARY"}\n'.repeat(100_000))]);
    expect(code).toBe(1);
    expect(stdout).toContain('and 99995 more lines that cannot be read');
    expect(stdout).toContain('there is no header');
    expect(stdout).not.toContain('CANARY');
  });

  it('prints nothing a file holds that could move a cursor', async () => {
    const line = JSON.stringify({ at: 0, from: 'server', event: { type: 'x\u001b[2J\u202e' } });
    const { stdout } = await run(['replay', changed('escape.jsonl', `${lines[0]}\n${line}\n`)]);
    expect(stdout).toContain('\\u001b[2J');
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });

  it('takes separators inside words for what they are', async () => {
    const odd: Input[] = [
      { at: 0, from: 'host', event: { type: 'open' } },
      {
        at: 1,
        from: 'client',
        event: {
          type: 'conversation.item.create',
          item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'a\u2028b\u2029c\u0085d' }] },
        },
      },
    ];
    const recording = record({ seed: [1, 2, 3, 4], model: 'm', started_at: 0 }, odd);
    const bare = recording.join('\n').replace(/\\u202[89]/g, (escaped) => JSON.parse(`"${escaped}"`));
    expect(bare).toContain('a\u2028b');
    const { code, stdout } = await run(['replay', changed('odd.jsonl', bare)]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('(2 inputs, 3 frames)')]);
  });

  it('holds no more of a long recording than a line', async () => {
    const audio = 'A'.repeat(64_000);
    const inputs: Input[] = [{ at: 0, from: 'host', event: { type: 'open' } }];
    for (let at = 1; at <= 1000; at++) {
      inputs.push({ at, from: 'client', event: { type: 'input_audio_buffer.append', audio }, audio_bytes: [48_000] });
      if (at % 10 === 0) inputs.push({ at, from: 'client', event: { type: 'input_audio_buffer.clear' } });
    }
    const recording = record({ seed: [1, 2, 3, 4], model: 'm', started_at: 0 }, inputs, { level: 'key' });
    const path = changed('long.jsonl', recording.join('\n'));
    const { code, stdout, stderr } = await run(['replay', path], {
      env: { NODE_OPTIONS: '--max-old-space-size=32' },
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('(1101 inputs, 101 frames)');
  });

  it.each([
    [[], "which file? see 'colloquy replay --help'"],
    [['--jsno', 'x'], '--jsno is not an option'],
  ])('refuses %j: one line and 2', async (args, message) => {
    const { code, stdout, stderr } = await run(['replay', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^colloquy replay: [^\n]*\n$/);
    expect(stderr).toContain(message);
  });
});
