// Sinks: the example of docs/extending.md, and that one sink follows every kind of session.

import { TRANSLATION_FRAME_BYTES } from '@colloquy/session';
import { spoken } from '@support/relay-pair.ts';
import { waitUntil } from '@support/wait-until.ts';
import { expect, it } from 'vitest';
import { parrot } from '../engines/parrot.ts';
import { parrotTranslator } from '../engines/parrot-translator.ts';
import { relaySession } from '../relay/relay-session.ts';
import { memoryPair } from '../transports/memory.ts';
import { hostSession } from './host-session.ts';
import { hostTranslation } from './host-translation.ts';
import type { LineSink } from './line-sink.ts';

/** Reports the milliseconds from each `response.created` to the response's first audio. */
function firstAudioSink(report: (ms: number) => void): LineSink {
  const createdAt = new Map<string, number>();
  return {
    write(line) {
      if (line.from !== 'server') return;
      const { at, event } = line;
      if (event.type === 'response.created') createdAt.set(event.response.id ?? '', at);
      if (event.type === 'response.done') createdAt.delete(event.response.id ?? '');
      if (event.type !== 'response.output_audio.delta') return;
      const since = createdAt.get(event.response_id);
      if (since !== undefined) report(at - since);
      createdAt.delete(event.response_id);
    },
  };
}

it('measures time to first audio with a sink of under 20 lines', async () => {
  expect(firstAudioSink.toString().split('\n').length).toBeLessThan(20);
  let now = 0;
  const [client, server] = memoryPair();
  const measured: number[] = [];
  const session = hostSession(server, {
    engine: {
      name: 'late',
      async *respond() {
        now += 250;
        yield { type: 'transcript.delta', delta: 'Hello.' };
        for (const ms of [90, 300]) {
          now += ms;
          yield { type: 'audio.delta', audio: new Uint8Array(4800) };
        }
        yield { type: 'done' };
      },
    },
    services: { clock: () => now },
    sinks: [firstAudioSink((ms) => measured.push(ms))],
  });
  for (const modality of ['audio', 'text']) {
    client.send(JSON.stringify({ type: 'response.create', response: { output_modalities: [modality] } }));
    for await (const frame of client.frames) if (String(frame).includes('"rate_limits.updated"')) break;
  }
  client.close(1000, '');
  await session.ended;
  expect(measured).toEqual([340]);
});

/** Notes when it is told of what. */
function noting() {
  const notes: string[] = [];
  const sink: LineSink = {
    begin: ({ id }) => notes.push(`begin ${id.slice(0, 5)}`),
    write: ({ from }) => notes.push(from),
    end: () => notes.push('end'),
  };
  return { notes, sink };
}

it.each([
  [
    'hosted',
    (sink: LineSink) => {
      const [client, server] = memoryPair();
      client.send('{"type":"input_audio_buffer.clear"}');
      return { client, session: hostSession(server, { engine: parrot(), sinks: [sink] }) };
    },
    ['host', 'server', 'client', 'server'],
  ],
  [
    'translated',
    (sink: LineSink) => {
      const [client, server] = memoryPair();
      const audio = Buffer.alloc(TRANSLATION_FRAME_BYTES).toString('base64');
      client.send(JSON.stringify({ type: 'session.input_audio_buffer.append', audio }));
      return { client, session: hostTranslation(server, { translator: parrotTranslator(), sinks: [sink] }) };
    },
    ['server', 'client', 'server', 'server'],
  ],
  [
    'relayed',
    (sink: LineSink) => {
      const [client, server] = memoryPair();
      const [far, near] = memoryPair();
      client.send('{"type":"response.create"}');
      for (const event of spoken('r1').slice(0, 2)) far.send(JSON.stringify({ event_id: 'event_up', ...event }));
      const upstream = { transport: near, closed: near.closed };
      return { client, session: relaySession(server, { upstream, sinks: [sink] }) };
    },
    ['client', 'server', 'server'],
  ],
])('receives begin, every line and end of a %s session', async (_, begin, lines) => {
  const { notes, sink } = noting();
  const { client, session } = begin(sink);
  await waitUntil('its lines', () => notes.length > lines.length);
  client.close(1000, '');
  await session.ended;
  expect(notes[0]).toBe('begin sess_');
  expect(notes.slice(1, lines.length + 1).sort()).toEqual([...lines].sort());
  expect(notes.at(-1)).toBe('end');
});
