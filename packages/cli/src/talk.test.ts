// The conversation of `colloquy talk` without socket and terminal: what it sends and prints, and when.

import { describe, expect, it } from 'vitest';
import type { Playback } from './playback.ts';
import { createTalk } from './talk.ts';

function begun(showFrames = false, playback?: Playback) {
  const sent: { type: string; event_id?: string; [key: string]: unknown }[] = [];
  const seen = { out: '', notes: [] as string[], idles: 0 };
  const talk = createTalk({
    send: (frame) => sent.push(JSON.parse(frame)),
    write: (text) => {
      seen.out += text;
    },
    note: (line) => seen.notes.push(line),
    onTranscript: (line) => {
      seen.out += `> ${line}\n`;
    },
    showFrames,
    playback,
    onIdle: () => {
      seen.idles += 1;
    },
  });
  const receive = (...events: object[]) => {
    for (const event of events) talk.handleFrame(JSON.stringify(event));
  };
  return { talk, sent, seen, hear: receive };
}

const place = (id: string) => ({ response_id: id, item_id: 'i', output_index: 0, content_index: 0 });
const created = (id: string) => ({
  type: 'response.created',
  event_id: 'e',
  response: { id, status: 'in_progress', output: [] },
});
const transcriptDelta = (id: string, delta: string) => ({
  type: 'response.output_text.delta',
  event_id: 'e',
  ...place(id),
  delta,
});
const spoken = (id: string, delta: string) => ({
  ...transcriptDelta(id, delta),
  type: 'response.output_audio_transcript.delta',
});
const done = (id: string, status = 'completed', status_details: object | null = null) => ({
  type: 'response.done',
  event_id: 'e',
  response: { id, status, status_details, output: [] },
});
const error = (event_id: string | null, code: string, message: string) => ({
  type: 'error',
  event_id: 'e',
  error: { type: 'invalid_request_error', code, message, param: null, event_id },
});

describe('turns', () => {
  it('asks one at a time, in order, and is idle when all are answered', () => {
    const { talk, sent, seen, hear: receive } = begun();
    talk.say('one');
    talk.say('two');
    expect(sent.map(({ type }) => type)).toEqual(['conversation.item.create', 'response.create']);
    receive(created('r1'), transcriptDelta('r1', 'first'), done('r1'));
    expect(sent).toHaveLength(4);
    expect([seen.out, seen.idles, talk.isAnswering]).toEqual(['first\n', 0, true]);
    receive(created('r2'), spoken('r2', 'second'), done('r2'));
    expect([seen.out, seen.idles, talk.isAnswering, talk.failures]).toEqual(['first\nsecond\n', 1, false, 0]);
  });

  it('leaves out lines without words', () => {
    const { talk, sent } = begun();
    talk.say('');
    talk.say(' \t');
    expect(sent).toEqual([]);
  });

  it('writes no word of a response it did not ask for', () => {
    const { talk, seen, hear: receive } = begun();
    talk.say('one');
    receive(
      created('r1'),
      created('other'),
      transcriptDelta('other', 'no'),
      done('other'),
      transcriptDelta('r1', 'yes'),
      done('r1'),
    );
    expect([seen.out, seen.idles]).toEqual(['yes\n', 1]);
  });

  it('goes on after a refused turn, and counts it', () => {
    const { talk, seen, hear: receive } = begun();
    talk.say('one');
    receive(error('talk_response_1', 'rate_limit_exceeded', 'slow\ndown'));
    expect([seen.notes, seen.idles, talk.failures]).toEqual([['error: slow\\u000adown'], 1, 1]);
  });

  it('waits for the end of a response whose engine failed: the error alone does not end it', () => {
    const { talk, seen, hear: receive } = begun();
    talk.say('one');
    receive(created('r1'), error('talk_response_1', 'internal_error', 'oh'));
    expect(seen.idles).toBe(0);
    receive(done('r1', 'failed', { type: 'failed', error: { type: 'server_error', code: 'internal_error' } }));
    expect([seen.notes, seen.idles]).toEqual([['error: oh', '[failed: internal_error]'], 1]);
  });

  it('shows a function call it cannot make', () => {
    const { talk, seen, hear: receive } = begun();
    talk.say('one');
    const call = { ...place('r1'), call_id: 'c', name: 'rm\u001b', arguments: '{"a":1}' };
    receive(created('r1'), { type: 'response.function_call_arguments.done', event_id: 'e', ...call }, done('r1'));
    expect(seen.out).toBe('[call rm\\u001b {"a":1}]\n');
  });
});

describe('cancelling', () => {
  it('[RS24] names the response, once; a cancelled turn is no failure', () => {
    const { talk, sent, seen, hear: receive } = begun();
    expect(talk.cancel()).toBe(false);
    talk.say('one');
    receive(created('r1'), transcriptDelta('r1', 'I was'));
    expect([talk.cancel(), talk.cancel()]).toEqual([true, false]);
    expect(sent.at(-1)).toMatchObject({ type: 'response.cancel', response_id: 'r1' });
    receive(done('r1', 'cancelled', { type: 'cancelled', reason: 'client_cancelled' }));
    expect([seen.out, seen.notes, talk.failures]).toEqual(['I was\n', ['[cancelled]'], 0]);
  });

  it('[RS30] says nothing when the answer was done before the cancel arrived', () => {
    const { talk, seen, hear: receive } = begun();
    talk.say('one');
    receive(created('r1'), transcriptDelta('r1', 'done'));
    talk.cancel();
    receive(
      done('r1'),
      error('talk_cancel_1', 'response_cancel_not_active', 'Cancellation failed: no active response found'),
    );
    expect([seen.out, seen.notes, talk.failures]).toEqual(['done\n', [], 0]);
  });
});

describe('what a server may send', () => {
  it.each(['', '{', '[]', 'null', '{"type":1}', '{"type":"response.done"}', '{"type":"error"}'])(
    'survives %j',
    (frame) => {
      const { talk, seen } = begun();
      talk.say('one');
      talk.handleFrame(frame);
      expect([seen.notes.length, talk.failures, talk.isAnswering]).toEqual([1, 1, true]);
    },
  );

  it('passes over events it does not know, and over odd ones it does not depend on', () => {
    const { talk, seen, hear: receive } = begun();
    receive({ type: 'something.new', event_id: 'e' }, { type: 'session.created', session: {} });
    expect([seen.notes, talk.failures]).toEqual([[], 0]);
  });

  it('writes words so that they cannot act on a terminal', () => {
    const { talk, seen, hear: receive } = begun();
    talk.say('one');
    receive(created('r1'), transcriptDelta('r1', '\u001b]52;c;aGk=\u0007a\nb\r'), done('r1'));
    expect(seen.out).toBe('\\u001b]52;c;aGk=\\u0007a\nb\\u000d\n');
  });
});

describe('with frames shown', () => {
  it('[RD2, RD3] shows each on one line, without audio, images and keys, and the answer whole at its end', () => {
    const { talk, seen, hear: receive } = begun(true);
    talk.say('my key is sk-0123456789abcdefghij');
    const audio = { type: 'response.output_audio.delta', event_id: 'e', ...place('r1'), delta: 'AAAA' };
    receive(created('r1'), spoken('r1', 'fi\nne'), audio, done('r1'));
    const lines = seen.out.split('\n');
    const marks = lines.map((line) => line.slice(0, 2));
    expect(marks).toEqual(['> ', '> ', '< ', '< ', '< ', '< ', 'fi', 'ne', '']);
    expect(seen.out).not.toMatch(/AAAA|sk-0123/);
    expect(seen.out).toContain('"delta":"[REDACTED]"');
  });
});

describe('sound', () => {
  const sound = (id: string, samples: number[]) => ({
    ...transcriptDelta(id, Buffer.from(Int16Array.from(samples).buffer).toString('base64')),
    type: 'response.output_audio.delta',
  });
  const transcription = (transcript: string) => ({
    type: 'conversation.item.input_audio_transcription.completed',
    event_id: 'e',
    item_id: 'u',
    content_index: 0,
    transcript,
    usage: { type: 'duration', seconds: 1 },
  });

  /** A playback that has played so many milliseconds whenever it is stopped. */
  function withEar(heard_ms?: number) {
    const played: number[][] = [];
    let last: { item_id: string; content_index: number } | undefined;
    const all = begun(false, {
      play(samples, { item_id, content_index }) {
        played.push([...samples]);
        last = { item_id, content_index };
      },
      stop() {
        const truncated = last && heard_ms !== undefined ? [{ ...last, heard_ms }] : [];
        last = undefined;
        return truncated;
      },
    });
    return { ...all, played };
  }

  it('asks for sound both ways once, and sends a spoken turn by the second', () => {
    const { talk, sent, hear: receive } = withEar();
    talk.speak(new Int16Array(30_000));
    talk.speak(new Int16Array(10));
    const turn = [
      'input_audio_buffer.append',
      'input_audio_buffer.append',
      'input_audio_buffer.commit',
      'response.create',
    ];
    expect(sent.map(({ type }) => type)).toEqual(['session.update', ...turn]);
    expect(sent[0]).toMatchObject({
      session: { output_modalities: ['audio'], audio: { input: { turn_detection: null } } },
    });
    expect(sent.slice(1, 3).map(({ audio }) => Buffer.from(audio as string, 'base64').length)).toEqual([
      48_000, 12_000,
    ]);
    receive(created('r1'), done('r1'));
    expect(sent.slice(5).map(({ type }) => type)).toEqual(turn.slice(1));
  });

  it('plays the answer it waits for and no other, and writes what was said before or after its line', () => {
    const { talk, seen, hear: receive, played } = withEar();
    talk.speak(new Int16Array(10));
    receive(
      created('r1'),
      spoken('r1', 'fine'),
      transcription('how are\u001b you'),
      sound('r1', [1, -2]),
      sound('r9', [3]),
      done('r1'),
    );
    expect(played).toEqual([[1, -2]]);
    expect(seen.out).toBe('fine\n> how are\\u001b you\n');
  });

  it('falls silent when the user speaks, and says how much was heard', () => {
    const { talk, sent, seen, hear: receive } = withEar(120);
    const input = talk.openMicrophone();
    input.write(Int16Array.of(1, 2));
    receive(created('r1'), spoken('r1', 'a long'), sound('r1', Array(24 * 200).fill(1)));
    expect(talk.isAnswering).toBe(true);
    const started = { type: 'input_audio_buffer.speech_started', event_id: 'e', item_id: 'u', audio_start_ms: 0 };
    receive(started, done('r1', 'cancelled', { type: 'cancelled', reason: 'turn_detected' }), started);
    const [truncation, ...more] = sent.filter(({ type }) => type === 'conversation.item.truncate');
    expect([truncation, more]).toEqual([
      { type: 'conversation.item.truncate', item_id: 'i', content_index: 0, audio_end_ms: 120 },
      [],
    ]);
    expect([seen.notes, talk.failures, talk.isAnswering]).toEqual([['[interrupted]'], 0, false]);
  });

  it('is interrupted as well while the last of an answer is heard that has ended', () => {
    const { talk, sent, hear: receive, played } = withEar(900);
    talk.openMicrophone();
    const second = Array(24_000).fill(1);
    receive(created('r1'), sound('r1', second), sound('r1', second), done('r1'));
    receive({ type: 'input_audio_buffer.speech_started', event_id: 'e', item_id: 'u', audio_start_ms: 0 });
    expect(sent.at(-1)).toEqual({
      type: 'conversation.item.truncate',
      ...{ item_id: 'i', content_index: 0, audio_end_ms: 900 },
    });
    receive(created('r2'), { ...sound('r2', [3]), item_id: 'j' }, sound('r2', [4]), done('r2'));
    expect(played.slice(2)).toEqual([[3]]);
  });

  it('knows when all that the microphone heard has been taken in', () => {
    const { talk, sent, hear: receive } = withEar();
    let isTaken = false;
    talk.openMicrophone().end(() => {
      isTaken = true;
    });
    expect([sent.at(-1)?.type, isTaken]).toEqual(['input_audio_buffer.clear', false]);
    receive({ type: 'input_audio_buffer.cleared', event_id: 'e' });
    expect(isTaken).toBe(true);
  });
});
