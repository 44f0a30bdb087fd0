// Whole sessions, kept as recordings: the session must say today, byte for byte, what it said when they were written.
// `node scripts/record-goldens.mjs` writes them anew; what changed is then there to be read in the diff.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { RealtimeConversationItem } from '@colloquy/protocol';
import { createMirror, describeDifference, items, readRecordingLine, replay } from '@colloquy/session';
import { record } from '@support/record.ts';
import { checkEmitted } from '@support/wire-rules.ts';
import { describe, expect, it } from 'vitest';
import { recordMcpReference } from './mcp-reference.ts';
import { GOLDEN_NAMES, playGolden } from './sessions.ts';

/** A session with a real MCP server, not told as a script. */
const REFERENCE = 'mcp-reference';
const ALL_NAMES = [...GOLDEN_NAMES, REFERENCE];

const folder = new URL('./recordings/', import.meta.url);
const fileOf = (name: string) => new URL(`${name}.jsonl`, folder);

if (process.env.COLLOQUY_RECORD_GOLDENS === '1') {
  for (const name of GOLDEN_NAMES) {
    const { options, inputs } = playGolden(name);
    // A snapshot in the middle, so that its form is held to as well.
    const lines = record(options, inputs, { snapshotsAfter: [inputs.length >> 1] });
    writeFileSync(fileOf(name), `${lines.join('\n')}\n`);
  }
  writeFileSync(fileOf(REFERENCE), `${(await recordMcpReference()).join('\n')}\n`);
}

const linesOf = (name: string) => readFileSync(fileOf(name), 'utf8').split('\n').slice(0, -1);

it('there is one recording for each session, and no other', () => {
  expect(readdirSync(folder).sort()).toEqual(ALL_NAMES.map((name) => `${name}.jsonl`).sort());
});

describe.each(ALL_NAMES)('%s', (name) => {
  it('[OR19] replays byte for byte', async () => {
    const match = await replay(linesOf(name));
    expect(match.difference && describeDifference(match.difference)).toBeUndefined();
    expect(match).toMatchObject({ ok: true, unread: [] });
  });

  it('[MI9, RD10] shows in a mirror what the session holds, and hides audio and images', async () => {
    const lines = linesOf(name);
    const mirror = createMirror();
    for (const [index, line] of lines.entries()) {
      const entry = readRecordingLine(line, index + 1);
      if (entry.kind !== 'frame') continue;
      // But for audio, which reads [REDACTED] and is no base64.
      expect(checkEmitted(entry.frame.event).filter((problem) => !problem.startsWith('E15'))).toEqual([]);
      mirror.apply(entry.frame.event);
    }
    const { state } = await replay(lines);
    const held: RealtimeConversationItem[] = JSON.parse(JSON.stringify([...items(state!)]));
    expect(mirror.items()).toEqual(held);
    expect(mirror.issues()).toEqual([]);
    expect(lines.join()).not.toMatch(/AAAAAAAA|data:image/);
  });
});

it.each(GOLDEN_NAMES)('%s is what its inputs give', (name) => {
  const { options, inputs } = playGolden(name);
  const lines = record(options, inputs, { snapshotsAfter: [inputs.length >> 1] });
  expect(lines.join('\n') === linesOf(name).join('\n')).toBe(true);
});

it('[MC2, MC5, MC7, MC10, MC12, MC14] a session with the reference MCP server is today what it was', async () => {
  const lines = await recordMcpReference();
  expect(lines).toEqual(linesOf(REFERENCE));
  for (const type of ['mcp_list_tools', 'mcp_approval_request', 'mcp_approval_response', 'mcp_call'])
    expect(lines.join('\n')).toContain(`"type":"${type}"`);
});
