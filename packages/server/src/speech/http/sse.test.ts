import { describe, expect, it } from 'vitest';
import { recordSplitter, type StreamRecord } from './sse.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

function split(chunks: readonly Uint8Array[], maxBytes?: number): StreamRecord[] {
  const splitter = recordSplitter(maxBytes === undefined ? {} : { maxBytes });
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

const data = (text: string): StreamRecord => ({ type: 'data', data: text });

describe('recordSplitter', () => {
  const stream =
    '\ufeff: hello\r\n\r\nevent: x\r\ndata: {"a":"😀é"}\r\n\r\ndata:one\r\ndata: two 𝄞\r\n\r\ndata: [DONE]\r\n\r\n';
  const records: StreamRecord[] = [{ type: 'heartbeat' }, data('{"a":"😀é"}'), data('one\ntwo 𝄞'), { type: 'done' }];

  it.each(['\r\n', '\n', '\r'])('returns the same records for every cut (line end %j)', (end) => {
    const bytes = bytesOf(stream.replaceAll('\r\n', end));
    for (let at = 0; at <= bytes.byteLength; at++) {
      expect(split([bytes.slice(0, at), bytes.slice(at)]), `cut at ${at}`).toEqual(records);
    }
  });

  it('returns the same records byte by byte', () => {
    expect(split(Array.from(bytesOf(stream), (byte) => Uint8Array.of(byte)))).toEqual(records);
  });

  it('copies the bytes, so that memory may be reused', () => {
    const splitter = recordSplitter();
    const memory = bytesOf('data: {"a"');
    expect(splitter.push(memory)).toEqual([]);
    memory.fill(0x20);
    expect(splitter.push(bytesOf(':1}\n\n'))).toEqual([data('{"a":1}')]);
  });

  it('returns a record per line when lines are JSON', () => {
    expect(split([bytesOf('{"a":1}\n{"b":2}\r\n{"c":3}')])).toEqual([
      data('{"a":1}'),
      data('{"b":2}'),
      data('{"c":3}'),
    ]);
  });

  it('returns the records that the end completes', () => {
    expect(split([bytesOf('data: {"a":1}')])).toEqual([data('{"a":1}')]);
    expect(split([bytesOf('data: [DONE]')])).toEqual([{ type: 'done' }]);
    expect(split([])).toEqual([]);
  });

  it('returns heartbeats for comments and events without data', () => {
    expect(split([bytesOf(':\n\n: ping\n\nevent: ping\n\n')])).toEqual(Array(3).fill({ type: 'heartbeat' }));
  });

  it('ignores everything after [DONE]', () => {
    expect(split([bytesOf('data: [DONE]\n\ndata: {}\n\n')])).toEqual([{ type: 'done' }]);
  });

  it('rejects a line that exceeds the limit before it ends', () => {
    const splitter = recordSplitter();
    const chunk = new Uint8Array(64 * 1024).fill(0x78);
    const pour = () => {
      for (let i = 0; i < 800; i++) splitter.push(chunk);
    };
    expect(pour).toThrow('too long');
  });

  it('limits the lines of one event together', () => {
    expect(() => split([bytesOf('data: 12345678\n'.repeat(10))], 40)).toThrow('too long');
    expect(split([bytesOf('data: 12345678\n\n'.repeat(10))], 40)).toHaveLength(10);
  });

  it('rejects bytes that are not UTF-8 without repeating them', () => {
    expect(() => split([Uint8Array.of(0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0x0a)])).toThrow(/^An endpoint sent text/);
  });
});
