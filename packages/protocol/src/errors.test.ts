import { describe, expect, it } from 'vitest';
import { ColloquyError, FAILURES, toRealtimeError } from './errors.ts';

describe('failures', () => {
  it('[ER3] every row says what the error is called, what HTTP answers and how a socket closes', () => {
    for (const [code, row] of Object.entries(FAILURES)) {
      expect(code).toMatch(/^[a-z_]+$/);
      expect(['invalid_request_error', 'server_error', 'rate_limit_error']).toContain(row.type);
      expect(row.http).toBeGreaterThanOrEqual(400);
      expect(row.http).toBeLessThan(600);
      const isServers = row.type === 'server_error';
      expect(isServers ? row.http >= 500 : row.http < 500, code).toBe(true);
      expect(row.close === 0 || (row.close >= 1001 && row.close < 5000), code).toBe(true);
    }
  });

  it('[ER2, ER3] the inside of an error event has its five keys always', () => {
    expect(toRealtimeError('invalid_value', { param: 'item.role', message: 'no' }, 'event_7')).toEqual({
      type: 'invalid_request_error',
      code: 'invalid_value',
      message: 'no',
      param: 'item.role',
      event_id: 'event_7',
    });
    expect(toRealtimeError('internal_error', { param: null, message: 'no' })).toEqual({
      type: 'server_error',
      code: 'internal_error',
      message: 'no',
      param: null,
      event_id: null,
    });
    expect(toRealtimeError(null, { param: null, message: 'no' })).toMatchObject({ code: null });
  });

  it('[ER4] a message is one line of at most 512 characters', () => {
    const { message } = toRealtimeError('invalid_value', { param: null, message: `one\r\n  two\n${'x'.repeat(1000)}` });
    expect(message).toMatch(/^one two x+…$/);
    expect(message).toHaveLength(512);
  });
});

describe('ColloquyError', () => {
  it('keeps its code and its cause', () => {
    const cause = new Error('why');
    const error = new ColloquyError('port_in_use', 'port 8787 is in use', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'ColloquyError', code: 'port_in_use', message: 'port 8787 is in use', cause });
  });

  it('is recognised across copies of the package, and nothing else is', () => {
    const foreign = { [Symbol.for('colloquy.error')]: true, code: 'internal_error' };
    expect(ColloquyError.is(new ColloquyError('internal_error', 'x'))).toBe(true);
    expect(ColloquyError.is(foreign)).toBe(true);
    for (const other of [new Error('x'), null, undefined, 'internal_error', {}, 1]) {
      expect(ColloquyError.is(other)).toBe(false);
    }
  });
});
