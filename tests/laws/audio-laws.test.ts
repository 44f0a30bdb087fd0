// What is always true of the input audio however the client cuts it into appends. `COLLOQUY_SEEDS` sets how many streams are
// played, `COLLOQUY_SEED` which.

import type { RealtimeAudioFormat } from '@colloquy/protocol';
import { type Played, play } from '@support/session-harness.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parrot } from '../../packages/server/src/engines/parrot.ts';
import { audioStore } from '../../packages/server/src/sessions/audio-store.ts';
import { hostSession } from '../../packages/server/src/sessions/host-session.ts';
import type { Line } from '../../packages/server/src/sessions/line-sink.ts';
import type { Detector } from '../../packages/server/src/speech/ports.ts';
import { memoryPair } from '../../packages/server/src/transports/memory.ts';

const seeds = Math.ceil(Number(process.env.COLLOQUY_SEEDS ?? 10_000) / 20);
const seed = Number(process.env.COLLOQUY_SEED ?? 20_260_901);

const ACTS = ['commit', 'clear', 'started', 'stopped', 'nothing'] as const;
/** Whole samples of audio, where they are cut (in bytes), and what happens then. */
const stretch = fc.record({
  samples: fc.nat(12_000),
  cuts: fc.array(fc.nat(24_000), { maxLength: 4 }),
  act: fc.constantFrom(...ACTS),
  /** A byte of a sample that is never finished, before a clear or a commit of at least 100 ms. */
  stray: fc.boolean(),
  /** The last byte of the samples comes only after the act, where that is no commit or clear and not the last, and 10 ms or more came before it. */
  late: fc.boolean(),
});
type Stretch = typeof stretch extends fc.Arbitrary<infer T> ? T : never;
const streams = fc.record({
  format: fc.constantFrom<RealtimeAudioFormat>({ type: 'audio/pcm', rate: 24_000 }, { type: 'audio/pcmu' }),
  stretches: fc.array(stretch, { minLength: 1, maxLength: 12 }),
});

const sampleBytes = ({ type }: RealtimeAudioFormat) => (type === 'audio/pcm' ? 2 : 1);
/** So many bytes that differ from their neighbours, so that a lost or repeated one shows. */
const ramp = (from: number, length: number) =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => ((from + i) * 7 + ((from + i) >> 8)) % 256));

type Append = (bytes: Buffer) => void;
type Act = (act: Stretch['act'], wholeBytes: number) => void;

/** Plays a stream to `append` and `act`: in one piece between two acts, or cut as it says. */
function send(stretches: Stretch[], size: number, isCut: boolean, append: Append, act: Act): void {
  let sent = 0;
  let whole = 0;
  for (const [index, { samples, cuts, act: what, stray, late }] of stretches.entries()) {
    const ends = what === 'commit' || what === 'clear';
    whole += samples * size;
    const to = isCut && late && !ends && index < stretches.length - 1 && samples >= 240 ? whole - 1 : whole;
    const places = isCut
      ? [...new Set(cuts.map((cut) => sent + cut))].filter((place) => place < to).sort((a, b) => a - b)
      : [];
    for (const place of [...places, to]) {
      append(ramp(sent, place - sent));
      sent = place;
    }
    const isDropped = what === 'clear' || (what === 'commit' && samples >= 2400);
    if (isCut && stray && isDropped && size > 1) append(Buffer.from([0xee]));
    act(what, whole);
  }
}

/** The pure session with a host's store beside it. */
function playStored(format: RealtimeAudioFormat, stretches: Stretch[], isCut: boolean) {
  const session = { type: 'realtime', audio: { input: { format } } } as never;
  const played: Played = play({ session, limits: { refusals: 1000 } });
  const store = audioStore();
  const size = sampleBytes(format);
  const msOf = (bytes: number) => Math.max(0, Math.floor(bytes / (24 * size)) - 2) * (size === 1 ? 3 : 1);
  const committed: string[] = [];
  const perform = () => {
    for (const effect of played.done()) {
      if (effect.do === 'append_audio') store.input.append(Buffer.from(effect.audio, 'base64'));
      if (effect.do === 'clear_audio') store.input.clear();
      if (effect.do === 'trim_audio') store.input.dropFront(effect.bytes);
      if (effect.do !== 'commit_audio') continue;
      store.commit(effect.item_id, effect.start, effect.end, effect.format);
      committed.push(effect.item_id);
    }
    const { bytes, partial = 0 } = played.state.buffer;
    expect(store.input.length).toBe(bytes + partial);
  };
  const append: Append = (audio) => {
    expect(played.client({ type: 'input_audio_buffer.append', audio: audio.toString('base64') })).toEqual([]);
    perform();
  };
  send(stretches, size, isCut, append, (act, whole) => {
    if (act === 'commit' || act === 'clear') played.client({ type: `input_audio_buffer.${act}` });
    else if (act !== 'nothing') played.speech({ type: act, audio_ms: msOf(whole) });
    else return;
    perform();
  });
  played.client({ type: 'input_audio_buffer.commit' });
  perform();
  return {
    frames: played.frames,
    stored: committed.map((id) => Buffer.from(store.read(id) ?? []).toString('base64')),
    appended: played.state.buffer.appended,
  };
}

it(`[IB3] appends cut at any byte give the same events and the same stored audio (seed ${seed})`, () => {
  let cut = 0;
  fc.assert(
    fc.property(streams, ({ format, stretches }) => {
      const whole = playStored(format, stretches, false);
      const pieces = playStored(format, stretches, true);
      expect(pieces).toEqual(whole);
      cut += whole.stored.length;
    }),
    { numRuns: seeds, seed },
  );
  expect(cut, 'turns that were stored').toBeGreaterThan(seeds);
}, 120_000);

/** A hosted session: what its detector was given, and what it sent. */
async function host(format: RealtimeAudioFormat, stretches: Stretch[], isCut: boolean) {
  const [client, server] = memoryPair();
  const input: number[] = [];
  const detector: Detector = {
    name: 'listens',
    capabilities: { usesTranscript: false },
    listen: () => ({ write: (samples) => void input.push(...samples), hint: () => {}, close: () => {} }),
    close: () => {},
  };
  const lines: Line[] = [];
  const { ended } = hostSession(server, {
    engine: parrot(),
    speech: { detector },
    opening: {
      model: 'm',
      seed: [1, 2, 3, 4],
      started_at: 0,
      session: { type: 'realtime', audio: { input: { format } } } as never,
    },
    services: { clock: () => 0 },
    sinks: [{ write: (line) => lines.push(line) }],
  });
  const say = (event: object) => client.send(JSON.stringify(event));
  send(
    stretches,
    sampleBytes(format),
    isCut,
    (audio) => say({ type: 'input_audio_buffer.append', audio: audio.toString('base64') }),
    (act) => {
      if (act === 'commit' || act === 'clear') say({ type: `input_audio_buffer.${act}` });
    },
  );
  say({ type: 'conversation.item.retrieve', item_id: 'last' });
  for await (const frame of client.frames) if (String(frame).includes('item_retrieve_invalid_item_id')) break;
  client.close(1000, '');
  await ended;
  return { given: input, sent: lines.flatMap((line) => (line.from === 'server' ? [line.event] : [])) };
}

it(`[IB3] a detector hears the same however the appends are cut (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(streams, async ({ format, stretches }) => {
      const whole = await host(format, stretches, false);
      const pieces = await host(format, stretches, true);
      expect(pieces.sent).toEqual(whole.sent);
      // The resampler may hold back a few samples until more comes; those it gave must be the same.
      expect(pieces.given).toEqual(whole.given);
    }),
    { numRuns: Math.ceil(seeds / 20), seed },
  );
}, 120_000);
