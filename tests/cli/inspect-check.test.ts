// `colloquy inspect` and `check`, each on recordings of ours, logs of others, a file that was cut off, and garbage.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBefore } from '@support/build-before.ts';
import { run } from '@support/colloquy.ts';
import { CONTROLS, FOREIGN, framesOf, golden, json, linesOf, logFolder } from '@support/logs.ts';
import { afterAll, describe, expect, it } from 'vitest';

buildBefore('packages');
const logs = logFolder();
afterAll(() => logs.remove());
const { path: folder, file, foreign, cut, garbage } = logs;

describe('colloquy inspect', () => {
  it('shows a conversation as a tree, with times and errors', async () => {
    const { code, stdout, stderr } = await run(['inspect', golden('tool-round')]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/session +sess_\w+, realtime, golden-model\n/);
    expect(stdout).toMatch(/frames +43 of the server, 6 of the client, in 0\.250 s\n/);
    expect(stdout).toMatch(/ user {2}item_\w+\n +input_text "Is it warm in Oslo and in Rome\?"\n/);
    expect(stdout).toMatch(/function_call weather {2}item_\w+\n +arguments "\{.*Oslo/);
    expect(stdout).toMatch(/line 47 .* item\.call_id: 'item\.call_id' names a call that has an output\.\n/);
  });

  it('says as JSON what there is, and what was cut', async () => {
    const { stdout } = await run(['inspect', '--json', golden('truncation')]);
    const [overview] = json(stdout);
    expect(overview).toMatchObject({
      session: { id: expect.stringMatching(/^sess_/), kind: 'realtime', model: 'golden-model' },
      recording: { started_at: 1767225600000, hidden: ['key', 'media'], replayable: true },
      frames: { client: framesOf('truncation').filter(({ from }) => from === 'client').length },
      items_cut: false,
      counts: { responses: 2, violations: 0 },
    });
    expect(overview.items[1]).toMatchObject({ heard_ms: [120, 60], item: { role: 'assistant' } });
    expect(overview.totals.total_ms).toEqual({ count: 2, p50: 120, p95: 160, max: 160 });
    expect(overview.errors[0]).toMatchObject({ at: 160, message: expect.stringContaining('already shorter') });
  });

  it('shows every frame on a line, without audio', async () => {
    const { stdout } = await run(['inspect', '--events', golden('audio-turn')]);
    const rows = stdout.trimEnd().split('\n');
    expect(rows).toHaveLength(framesOf('audio-turn').length);
    expect(rows[1]).toMatch(/^ +0\.100 s {2}> {2}input_audio_buffer\.append \{"audio":"\[REDACTED\]"\}$/);
    const { stdout: lines } = await run(['inspect', '--events', '--json', golden('audio-turn')]);
    expect(json(lines)[0]).toMatchObject({ line: 3, at: 0, from: 'server', event: { type: 'session.created' } });
  });

  it('hides words when asked to', async () => {
    const { stdout } = await run(['inspect', '--level', 'content', golden('text-turn')]);
    expect(stdout).toContain('output_text "[REDACTED]"');
    expect(stdout).not.toContain('Hello there.');
  });

  it.each(Object.keys(FOREIGN))('reads what others write: %s', async (form) => {
    const { code, stdout } = await run(['inspect', '--json', foreign(form, 'speech-turns')]);
    const [ours] = json((await run(['inspect', '--json', golden('speech-turns')])).stdout);
    const [theirs] = json(stdout);
    expect(code).toBe(0);
    const { items, frames, session, types, totals, errors } = theirs;
    expect({ items, frames, session, types }).toEqual({
      items: ours.items,
      frames: ours.frames,
      session: ours.session,
      types: ours.types,
    });
    expect(errors).toHaveLength(ours.errors.length);
    // A HAR file keeps fractions of seconds.
    if (form !== 'bare events') expect(totals.total_ms.max).toBeCloseTo(ours.totals.total_ms.max, 0);
  });

  it('shows what there is of a file that was cut off', async () => {
    const { code, stdout } = await run(['inspect', cut()]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/damaged +1 lines cannot be read\n/);
    expect(stdout).toMatch(/line \d+ {2}\[LOG\] : not JSON\n/);
  });

  it('prints nothing of a log that could act on a terminal', async () => {
    const text = '\u001b]0;owned\u0007\u009b2J\u202e';
    const lines = linesOf(golden('text-turn')).map((line) =>
      line.replaceAll('Hello there.', JSON.stringify(text).slice(1, -1)).replaceAll('golden-model', text.slice(2, 5)),
    );
    const path = file('escapes.jsonl', lines.join('\n'));
    for (const args of [[], ['--events'], ['--json'], ['--events', '--json']]) {
      const { stdout } = await run(['inspect', path, ...args]);
      expect(stdout).toContain('\\u009b2J');
      expect(stdout).not.toMatch(CONTROLS);
    }
  });

  it('says of garbage that it is no log', async () => {
    const { code, stdout, stderr } = await run(['inspect', garbage()]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^\S+garbage: it is binary data, no log of events\ncolloquy inspect: it contains no events\n$/,
    );
    expect(stdout).not.toMatch(/CANARY/);
  });
});

describe('colloquy check', () => {
  it('finds nothing wrong with a session of ours', async () => {
    const { code, stdout } = await run(['check', golden('speech-turns'), golden('text-turn')]);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toHaveLength(3);
    expect(stdout).toMatch(/speech-turns\.jsonl: no violations in \d+ events\n/);
  });

  it('names rule and line of each violation', async () => {
    const path = golden('errors');
    const { code, stdout } = await run(['check', path]);
    expect(code).toBe(1);
    expect(stdout).toContain(`${path}:6: [ER15] client: Unknown parameter: 'session.colour'.\n`);
    expect(stdout).toContain(`${path}:25: [ER8] client: `);
    expect(stdout).toMatch(/: 5 violations in \d+ events\n$/);
    expect((await run(['check', '--from', 'server', path])).code).toBe(0);
  });

  it('says the same as JSON', async () => {
    const { stdout } = await run(['check', '--json', golden('errors'), join(folder, 'gone')]);
    const [match, missing] = json(stdout);
    expect(match).toMatchObject({ ok: false, other_lines: 0, counts: { ER8: 1, ER11: 1, ER12: 2, ER15: 1 } });
    expect(match.violations[1]).toMatchObject({ line: 6, from: 'client', rule: 'ER15' });
    expect(missing).toMatchObject({ ok: false, error: expect.stringContaining('it does not exist') });
  });

  it.each(Object.keys(FOREIGN))('holds what others write to the same rules: %s', async (form) => {
    const sound = await run(['check', foreign(form, 'tool-round')]);
    expect([sound.code, sound.stdout]).toEqual([0, expect.stringContaining('no violations in 49 events')]);
    const broken = FOREIGN[form]?.('tool-round').replaceAll(
      'response.content_part.added',
      'response.content_part.begun',
    );
    const { code, stdout } = await run(['check', file('broken', broken ?? '')]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\[E19\] server response\.content_part\.begun: not a published event type\n/);
    expect(stdout).toMatch(/\[OR4\] server response\.output_text\.delta: a part that was not opened\n/);
  });

  it('names the line at which a file was cut off', async () => {
    const path = cut();
    const { code, stdout } = await run(['check', path]);
    expect(code).toBe(1);
    expect(stdout).toContain(`${path}:${readFileSync(path, 'utf8').split('\n').length}: [LOG] not JSON\n`);
  });

  it('fails on garbage and on a log without events, and quotes neither', async () => {
    const { code, stdout } = await run(['check', garbage()]);
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/CANARY/);
    expect(stdout).not.toMatch(CONTROLS);
    const other = await run(['check', file('other.log', '{"msg":"CANARY"}\n'.repeat(3))]);
    expect([other.code, other.stdout]).toEqual([
      1,
      expect.stringMatching(/no events; 3 lines are not understood: line 1 \(neither /),
    ]);
  });

  it('reads standard input, and tells its rules', async () => {
    const { code, stdout } = await run(['check', '-'], { input: FOREIGN['bare events']?.('text-turn') ?? '' });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^-: no violations/)]);
    expect((await run(['check', '--rules'])).stdout).toMatch(/^OR16 +No id is used before/m);
  });
});
