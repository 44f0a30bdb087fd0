import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AudioHead, decodeAudioFrame, encodeAudioFrame } from './audio-frame.ts';
import { encodeEvent } from './codec.ts';

const place = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, content_index: 0 };
const heads: AudioHead[] = [
  { type: 'response.output_audio.delta', event_id: 'event_1', ...place },
  { type: 'response.output_audio.delta', event_id: 'é"\\', ...place },
  { type: 'input_audio_buffer.append' },
  { type: 'input_audio_buffer.append', event_id: 'e' },
  {
    type: 'session.output_audio.delta',
    event_id: 'e',
    sample_rate: 24000,
    channels: 1,
    format: 'pcm16',
    elapsed_ms: null,
  },
  { type: 'session.input_audio_buffer.append' },
];
const field = (head: AudioHead) => (head.type.endsWith('delta') ? 'delta' : 'audio');

describe('audio frames', () => {
  for (const head of heads) {
    it(`[CD4] ${JSON.stringify(head)}: the frame of the whole event, and back`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 9000 }), (audio) => {
          const base64 = Buffer.from(audio).toString('base64');
          const frame = encodeAudioFrame(head, audio);
          expect(frame).toBe(encodeEvent({ ...head, [field(head)]: base64 } as unknown));
          for (const input of [frame, Buffer.from(frame), new TextEncoder().encode(frame)]) {
            const decoded = decodeAudioFrame(input);
            expect(decoded?.event).toEqual({ ...head, [field(head)]: '' });
            expect(Buffer.compare(decoded?.audio ?? Buffer.from('no'), audio)).toBe(0);
          }
        }),
        { numRuns: 40 },
      );
    });
  }

  it('come in any order and spelling of their keys', () => {
    const frames = [
      '{"audio":"AAAA","type":"input_audio_buffer.append"}',
      ' { "type" : "input_audio_buffer.append" , "audio" : "AAAA" } ',
      '{"type":"input_audio_buffer.append","audio":"\\u0041AAA"}',
      '{"type":"input_audio_buffer.append","audio":"BBBB","audio":"AAAA"}',
      '{"\\u0074ype":"input_audio_buffer.append","audio":"AAAA"}',
      '{"type":"input_audio_buffer.append","audio":"AAAA","more":"x"}',
    ];
    for (const frame of frames)
      for (const input of [frame, Buffer.from(frame)])
        expect(decodeAudioFrame(input)?.audio, frame).toEqual(new Uint8Array(3));
  });

  it('are nothing when they are not right, or not audio', () => {
    const frames = [
      '{"type":"input_audio_buffer.append","audio":"AAA"}',
      '{"type":"input_audio_buffer.append","audio":"AA-_"}',
      '{"type":"input_audio_buffer.append","audio":"AAAA"',
      '{"type":"input_audio_buffer.append","audio":"AAAA","audio":7}',
      '{"type":"input_audio_buffer.append","audio":"AAAA","x":"}',
      '{"type":"input_audio_buffer.append","audio":7}',
      '{"type":"response.output_audio.delta","delta":"AAAA"}',
      '{"type":"response.output_text.delta","event_id":"e","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"AAAA"}',
      '{"type":"new","delta":"AAAA"}',
      '',
      '{',
      'null',
      '[]',
      '"}',
    ];
    for (const frame of frames)
      for (const input of [frame, Buffer.from(frame)]) expect(decodeAudioFrame(input), frame).toBeUndefined();
    expect(decodeAudioFrame(Uint8Array.of(0xff))).toBeUndefined();
  });

  it('fill an array that has room', () => {
    const frame = encodeAudioFrame({ type: 'input_audio_buffer.append' }, Uint8Array.of(1, 2, 3));
    for (const into of [new Uint8Array(4), Buffer.alloc(4), new Uint8Array(2)]) {
      const audio = decodeAudioFrame(frame, into)?.audio;
      expect([...(audio ?? [])]).toEqual([1, 2, 3]);
      expect(audio?.buffer === into.buffer).toBe(into.length >= 3);
    }
  });

  it('[RD8] print without their audio', () => {
    const cyclic: Record<string, unknown> = { type: 'input_audio_buffer.append' };
    cyclic.event_id = cyclic;
    expect(encodeAudioFrame(cyclic as never, new Uint8Array(3))).toMatchObject({ ok: false });
  });
});
