// The compiled seed as judge of the profile `strict`: what `realtime_conversation.rs` itself, built with serde, made of 881 texts.
// `tests/data/seed-oracle.jsonl` is a copy of `seed-oracle.jsonl`; seed.md 3.1 says what agreeing means.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeStrictItem,
  decodeStrictMcpCallError,
  decodeStrictPart,
  encodeStrict,
} from '../../packages/protocol/src/strict/strict.ts';
import { parseStrictJson } from '../../packages/protocol/src/strict/strict-json.ts';
import { toPlainJson } from '../../packages/protocol/src/strict/strict-values.ts';

interface Verdict {
  ok: boolean;
  outText?: string;
  error?: string;
}

interface Row extends Verdict {
  id: string;
  kind: 'item' | 'part' | 'mcp_error';
  raw?: string;
  rawHex?: string;
  notJson?: boolean;
  viaValue?: Verdict;
}

const SEED = 20261;
const rows = readFileSync(new URL('../data/seed-oracle.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const decoders = { item: decodeStrictItem, part: decodeStrictPart, mcp_error: decodeStrictMcpCallError };
const utf8 = new TextEncoder();

/** Compares with what the seed said. Numbers and key order are free inside a tool's schema and annotations, and nowhere else. */
function agrees(row: Row, input: unknown, verdict: Verdict): void {
  const decoded = decoders[row.kind](input);
  expect(decoded.ok, row.id).toBe(verdict.ok);
  if (!decoded.ok || verdict.outText === undefined) return;
  const printed = encodeStrict(decoded.value) ?? '';
  if (!verdict.outText.startsWith('{"type":"mcp_list_tools"')) {
    expect(printed, row.id).toBe(verdict.outText);
    return;
  }
  const [ours, theirs] = [JSON.parse(printed), JSON.parse(verdict.outText)];
  expect(ours, row.id).toEqual(theirs);
  expect(Object.keys(ours), row.id).toEqual(Object.keys(theirs));
  expect(ours.tools.map(Object.keys), row.id).toEqual(theirs.tools.map(Object.keys));
}

/** What `JSON.parse` makes of a row, unless it forgets what the seed's answer hangs on. */
function parsed(row: Row): { value: unknown } | undefined {
  if (row.raw === undefined || row.notJson || row.error?.includes('recursion limit')) return undefined;
  const value = JSON.parse(row.raw);
  const code: unknown = row.kind === 'mcp_error' ? value.code : undefined;
  const isBlurred = Number.isInteger(code) && (!Number.isSafeInteger(code) || /floating point/.test(row.error ?? ''));
  return isBlurred ? undefined : { value };
}

describe('the compiled seed', () => {
  it('has all its rows here', () => {
    expect(rows).toHaveLength(881);
    expect(rows.filter((row) => row.ok).length).toBeGreaterThan(200);
  });

  it('[CD2] strict agrees with every row, read from text', () => {
    for (const row of rows) {
      if (row.raw !== undefined) agrees(row, row.raw, row);
    }
  });

  it('[CD2] strict agrees with every row, read from bytes', () => {
    for (const row of rows) {
      const bytes = row.rawHex === undefined ? utf8.encode(row.raw) : Buffer.from(row.rawHex, 'hex');
      agrees(row, bytes, row);
    }
  });

  it('[CD2] strict agrees with every row, read from a parsed value', () => {
    const decidable = rows.flatMap((row) => {
      const input = parsed(row);
      return input ? [{ row, input }] : [];
    });
    expect(decidable.length).toBeGreaterThan(700);
    for (const { row, input } of decidable) agrees(row, input.value, row.viaValue ?? row);
  });

  it('[CD2] parts and errors fare the same inside an item', () => {
    for (const row of rows) {
      if (row.kind === 'item' || row.raw === undefined) continue;
      const text =
        row.kind === 'part'
          ? `{"type":"message","role":"user","content":[${row.raw}]}`
          : `{"type":"mcp_call","id":"i","arguments":"","name":"n","server_label":"s","error":${row.raw}}`;
      const decoded = decodeStrictItem(text);
      expect(decoded.ok, row.id).toBe(row.ok);
      if (decoded.ok) expect(encodeStrict(decoded.value), row.id).toContain(row.outText);
    }
  });

  it('[CD2] S23 what was printed decodes to the same value, and prints the same', () => {
    for (const row of rows) {
      const decoded = row.raw === undefined ? undefined : decoders[row.kind](row.raw);
      if (!decoded?.ok) continue;
      const printed = encodeStrict(decoded.value);
      expect(decoders[row.kind](printed), row.id).toEqual(decoded);
      expect(decoders[row.kind](decoded.value), row.id).toEqual(decoded);
    }
  });

  it('[CD1] refusals carry a code, a param and a sentence', () => {
    for (const row of rows) {
      const decoded = decoders[row.kind](row.raw ?? '');
      if (decoded.ok) continue;
      const [issue] = decoded.issues;
      expect(issue.message, row.id).toMatch(/^[A-Z].*\.$/);
      if (row.notJson) expect(issue, row.id).toMatchObject({ code: 'invalid_json', param: null });
    }
  });
});

describe('texts near those rows', () => {
  const texts = rows.flatMap((row) => (row.raw === undefined || row.raw.length > 2000 ? [] : [row.raw]));
  const scraps = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '\\u',
    '\\ud800',
    '0',
    '-',
    '.',
    'e9',
    'null',
    ' ',
    '\u0000',
    '\ud800',
    '😀',
  ];
  const near = fc
    .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(3), fc.oneof(fc.constantFrom(...scraps), fc.string()))
    .map(([text, at, cut, scrap]) => {
      const index = at % (text.length + 1);
      return text.slice(0, index) + scrap + text.slice(index + cut);
    });

  it(`[CD1] never make it throw (seed ${SEED})`, () => {
    fc.assert(
      fc.property(near, (text) => {
        for (const decoder of Object.values(decoders)) {
          for (const input of [text, utf8.encode(text)]) {
            const decoded = decoder(input);
            if (decoded.ok) expect(decoder(encodeStrict(decoded.value))).toEqual(decoded);
            else expect(decoded.issues).toHaveLength(1);
          }
        }
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });

  it(`[CD2] S10 to S13 are all that parts strict from JSON.parse as text goes (seed ${SEED})`, () => {
    fc.assert(
      fc.property(near, (text) => {
        let value: unknown;
        let isJson = true;
        try {
          value = JSON.parse(text);
        } catch {
          isJson = false;
        }
        const read = parseStrictJson(text);
        if (read.ok) expect(toPlainJson(read.value, 127)).toEqual(value);
        else if (isJson) expect(read.issues[0].message).toMatch(/lone surrogate|too large|too deep/);
        expect(isJson || !read.ok).toBe(true);
      }),
      { seed: SEED, numRuns: 5000 },
    );
  });
});
