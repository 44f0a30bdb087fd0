// The lean codec against the full one: the same frames accepted and refused, the same values, whatever comes.

import { readFileSync } from 'node:fs';
import * as protocol from '@colloquy/protocol';
import { decodeClientEvent, decodeServerEvent, encodeEvent, FAILURES } from '@colloquy/protocol';
import * as lean from '@colloquy/protocol/lean';
import { frameLaws, wrongWith } from '@support/frame-laws.mjs';
import { random } from '@support/wire-values.mjs';
import { describe, expect, it } from 'vitest';

const SEED = 99;
const FRAMES = 30_000;

const text = (value: unknown) => JSON.stringify(value);

/** How the two differ on a frame, if they do. */
function difference(frame: unknown): string | undefined {
  for (const [full, small] of [
    [decodeServerEvent, lean.decodeServerEvent],
    [decodeClientEvent, lean.decodeClientEvent],
  ] as const) {
    const copy = () => (typeof frame === 'object' && frame !== null ? structuredClone(frame) : frame);
    const [expected, got] = [full(copy()), small(copy())];
    const wrong = wrongWith(got, { FAILURES });
    if (wrong) return wrong;
    if (expected.ok !== got.ok)
      return `${full.name}: ${text(expected).slice(0, 300)} but lean ${text(got).slice(0, 300)}`;
    if (expected.ok && got.ok) {
      if (text(expected.value) !== text(got.value) || expected.known !== got.known)
        return `${full.name}: another value`;
      if (encodeEvent(expected.value as never) !== lean.encodeEvent(got.value as never)) return 'another text';
    }
    if (!expected.ok && !got.ok && expected.event_id !== got.event_id) return `${full.name}: another event_id`;
  }
  return undefined;
}

describe('the lean codec', () => {
  it(`[CD1, CD3, CD5] is the full one, on ${FRAMES.toLocaleString('en')} frames right and spoilt (seed ${SEED})`, () => {
    const laws = frameLaws(protocol);
    let refused = 0;
    for (let number = 0; number < FRAMES; number++) {
      const frame = laws.frame(random(Math.imul(number + 1, 0x9e3779b1) ^ SEED));
      const match = difference(frame);
      if (match) expect.fail(`frame ${number}: ${match}\n${text(frame)?.slice(0, 1000)}`);
      if (!lean.decodeServerEvent(frame).ok) refused += 1;
    }
    expect(refused).toBeGreaterThan(FRAMES / 20);
    expect(refused).toBeLessThan(FRAMES * 0.95);
  });

  it('[CD1] is the full one on every official example', () => {
    const lines = readFileSync(new URL('../data/examples.jsonl', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    for (const line of lines) {
      const { event = JSON.parse(line) } = JSON.parse(line) as { event?: unknown };
      expect(difference(text(event))).toBeUndefined();
    }
    expect(lines.length).toBeGreaterThan(100);
  });

  it('[ER8, ER9, ER11] says what is wrong with a frame, though not with a field', () => {
    const codes = (frame: unknown) => {
      const answer = lean.decodeClientEvent(frame);
      return answer.ok ? 'ok' : [answer.issues[0].code, answer.issues[0].param];
    };
    expect(codes('{')).toEqual(['invalid_json', null]);
    expect(codes('[]')).toEqual(['invalid_event', null]);
    expect(codes('{"type":7}')).toEqual(['invalid_event', 'type']);
    expect(codes('{"type":"response.make"}')).toEqual(['invalid_value', 'type']);
    expect(codes('{"type":"conversation.item.delete"}')).toEqual(['invalid_event', null]);
    expect(codes('['.repeat(100_000))).toEqual(['invalid_event', null]);
    expect(codes('{"type":"response.cancel"}')).toBe('ok');
  });

  it('[RD8] hides secrets when it prints, with the full codec beside it and without', () => {
    const answer = lean.decodeClientEvent('{"type":"input_audio_buffer.append","audio":"CANARYAA"}');
    expect(answer.ok && String(JSON.stringify(answer.value))).toContain('CANARYAA');
    const inspect = Symbol.for('nodejs.util.inspect.custom');
    const value = (answer.ok ? answer.value : {}) as unknown as Record<symbol, () => unknown>;
    expect(text(value[inspect]?.())).not.toContain('CANARY');
  });
});
