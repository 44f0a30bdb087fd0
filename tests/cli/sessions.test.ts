// Logs that hold two sessions, in every command that reads logs: each is told by itself.

import { buildBefore } from '@support/build-before.ts';
import { run, type Served, serve } from '@support/colloquy.ts';
import { framesOf, json, logFolder } from '@support/logs.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SECOND = 'sess_AnotherOneAltogether1';
const HOUR_MS = 3_600_000;

/** Frames of two sessions, the second an hour later, under ids that partly recur. */
function twoSessions(): ReturnType<typeof framesOf>[] {
  const first = framesOf('text-turn');
  const text = JSON.stringify(framesOf('tool-round')).replaceAll('sess_BT16AeGHfbm17TYBzx2Dh', SECOND);
  const second = (JSON.parse(text) as typeof first).map((frame) => ({ ...frame, time: frame.time + HOUR_MS }));
  return [first, second];
}

const line = ({ from, time, event }: ReturnType<typeof framesOf>[number]) => ({ time, source: from, event });

/** The two sessions as logs have them. */
const LOGS: Readonly<Record<string, () => string>> = {
  'one after the other': () =>
    twoSessions()
      .flat()
      .map((frame) => `${JSON.stringify(line(frame))}\n`)
      .join(''),
  'over two sockets at once': () => {
    const [first = [], second = []] = twoSessions();
    const merged = Array.from({ length: Math.max(first.length, second.length) }, (_, index) =>
      [first, second].flatMap((frames, socket) =>
        frames.slice(index, index + 1).map((each) => ({ socket, ...line(each) })),
      ),
    );
    return merged
      .flat()
      .map((each) => `${JSON.stringify(each)}\n`)
      .join('');
  },
  'in a HAR file whose later socket stands first': () => {
    const entries = twoSessions()
      .reverse()
      .map((frames) => ({
        request: {},
        _webSocketMessages: frames.map(({ from, time, event }) => ({
          type: from === 'client' ? 'send' : 'receive',
          time: time / 1000,
          data: JSON.stringify(event),
        })),
      }));
    return JSON.stringify({ log: { entries } });
  },
};

buildBefore('packages');
const logs = logFolder();
afterAll(() => logs.remove());
const { file } = logs;

describe.each(Object.keys(LOGS))('two sessions %s', (form) => {
  const path = () => file(`two ${form}`, LOGS[form]?.() ?? '');
  let served: Served;
  beforeAll(async () => {
    served = await serve(['--engine', 'parrot'], {});
  });
  afterAll(async () => {
    served.child.kill('SIGTERM');
    await served.ended;
  });

  it('[MI15] inspect shows a block for each', async () => {
    const { code, stdout } = await run(['inspect', path()]);
    expect(code).toBe(0);
    const [head = '', first = '', second = ''] = stdout.split(/\nSession \d of 2\n/);
    expect(head).toMatch(/ {2}sessions +2\n/);
    expect(first).toMatch(/session +sess_BT16AeGHfbm17TYBzx2Dh, realtime, golden-model\n/);
    expect(first).toContain('Hello there.');
    expect(second).toContain(`session    ${SECOND}, realtime, golden-model\n`);
    expect(second).toMatch(/ user {2}item_\w+\n +input_text "Is it warm in Oslo and in Rome\?"\n/);
    expect(second).not.toContain('Hello there.');
    const [overview] = json((await run(['inspect', '--json', path()])).stdout);
    expect(overview).toMatchObject({ session_count: 2, session: { id: 'sess_BT16AeGHfbm17TYBzx2Dh' } });
    const counts = overview.sessions.map((each: { items: unknown[]; frames: object }) => [
      each.items.length,
      each.frames,
    ]);
    expect(counts[1]).toEqual([expect.any(Number), { client: 6, server: 43 }]);
    expect(overview.items).toHaveLength(counts[0][0] + counts[1][0]);
    expect(overview.counts.violations).toBe(0);
  });

  it('[MI15] measure sums up each, and both', async () => {
    const rows = json((await run(['measure', '--json', path()])).stdout);
    const sums = rows.filter(({ kind }) => kind === 'session' || kind === 'file');
    expect(sums.map(({ kind, session }) => [kind, session])).toEqual([
      ['session', 'sess_BT16AeGHfbm17TYBzx2Dh'],
      ['session', SECOND],
      ['file', undefined],
    ]);
    expect(sums[2].responses).toBe(sums[0].responses + sums[1].responses);
    for (const { session, kind, id } of rows.slice(0, -3)) expect([kind, id, session]).not.toContain(null);
    // Nothing is timed from what the session before was asked.
    expect(Math.max(...sums.map(({ total_ms }) => total_ms.max))).toBeLessThan(HOUR_MS);
    const { stdout } = await run(['measure', path()]);
    expect(stdout).toMatch(
      new RegExp(`\\n {2}session ${SECOND}\\n {2}\\d+ responses.*\\n(?: {2}.*\\n){3} {2}all 2 sessions\\n`),
    );
  });

  it('[MI15] check holds each to the protocol by itself', async () => {
    const { code, stdout } = await run(['check', path()]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/: no violations in \d+ events of 2 sessions\n/)]);
    expect(stdout).toContain(`  session ${SECOND}: no violations in 49 events\n`);
    const [checked] = json((await run(['check', '--json', path()])).stdout);
    expect(checked).toMatchObject({
      ok: true,
      session_count: 2,
      sessions: [{}, { id: SECOND, frames: 49, violations: 0 }],
    });
  });

  it('[MI15] replay --to plays each over a connection of its own', async () => {
    const { stdout } = await run(['replay', path(), '--to', served.url, '--patience', '1', '--json']);
    const [played] = json(stdout);
    expect(played.sessions.map(({ session }: { session: string }) => session)).toEqual([
      'sess_BT16AeGHfbm17TYBzx2Dh',
      SECOND,
    ]);
    for (const { frames, closed } of played.sessions) expect([frames.live > 0, closed]).toEqual([true, null]);
    // Each began with a session of the server's own.
    const wanting = played.differences.filter(({ label }: { label: string }) => label === 'session.created');
    expect(wanting).toEqual([]);
  });
});
