import { describe, expect, it } from 'vitest';
import type { FromWorker, ToWorker } from './pocketsphinx-messages.ts';
import { type DecoderPool, decoderPool, type PoolOptions } from './pocketsphinx-pool.ts';

/** A thread that does nothing by itself: it keeps what it was told, and says what the test has it say. */
interface PlayedThread {
  readonly messages: ToWorker[];
  say(message: FromWorker): void;
  die(): void;
  stopped: boolean;
  dropped: number;
}

function playedPool(options: Partial<PoolOptions> = {}): { pool: DecoderPool; threads: PlayedThread[] } {
  const threads: PlayedThread[] = [];
  const pool = decoderPool({
    threads: 1,
    repeatable: false,
    ...options,
    start(onMessage, end) {
      const thread: PlayedThread = { messages: [], say: onMessage, die: end, stopped: false, dropped: 0 };
      threads.push(thread);
      queueMicrotask(() => onMessage({ did: 'ready' }));
      return {
        post: (message) => void thread.messages.push(message),
        drop: (run) => {
          thread.dropped = run;
        },
        stop: async () => {
          thread.stopped = true;
        },
      };
    },
  });
  return { pool, threads };
}

const second = () => new Int16Array(16_000);
const messagesTo = (thread: PlayedThread | undefined) =>
  thread?.messages.map((message) => ('samples' in message ? `${message.do} ${message.samples.length}` : message.do));

function speak(pool: DecoderPool, speaker: string) {
  const results: (string | undefined)[] = [];
  const utterance = pool.open({ speaker, onGuess: () => {}, onResult: (transcript) => results.push(transcript) });
  return { ...utterance, results };
}

describe('decoderPool', () => {
  it('feeds during speech, and decodes the first utterance of a speaker again as a whole', () => {
    const { pool, threads } = playedPool();
    const first = speak(pool, 'ann');
    first.write(new Int16Array(1000));
    first.write(new Int16Array(1000));
    first.finish();
    expect(messagesTo(threads[0])).toEqual(['feed 2000', 'whole 2000']);
    threads[0]?.say({ did: 'final', run: 1, text: 'hello' });
    expect(first.results).toEqual(['hello']);
  });

  it('uses the streamed result when the decoder has adapted to the speaker', () => {
    const { pool, threads } = playedPool();
    const first = speak(pool, 'ann');
    first.write(second());
    first.finish();
    threads[0]?.say({ did: 'final', run: 1, text: 'one' });
    const next = speak(pool, 'ann');
    next.write(second());
    next.write(new Int16Array(100));
    next.finish();
    expect(messagesTo(threads[0])?.slice(2)).toEqual(['feed 16000', 'feed 100', 'finish']);
  });

  it('decodes every utterance as a whole when repeatable', () => {
    const { pool, threads } = playedPool({ repeatable: true });
    for (const run of [1, 2]) {
      const utterance = speak(pool, 'ann');
      utterance.write(second());
      utterance.finish();
      threads[0]?.say({ did: 'final', run, text: '' });
    }
    expect(messagesTo(threads[0])).toEqual(['feed 16000', 'whole 16000', 'feed 16000', 'whole 16000']);
  });

  it('resets the decoder before another speaker', () => {
    const { pool, threads } = playedPool();
    for (const [index, speaker] of ['ann', 'ben'].entries()) {
      const utterance = speak(pool, speaker);
      utterance.write(second());
      utterance.finish();
      threads[0]?.say({ did: 'final', run: index + 1, text: '' });
    }
    pool.forget('ben');
    expect(messagesTo(threads[0])).toEqual([
      'feed 16000',
      'whole 16000',
      'renew',
      'feed 16000',
      'whole 16000',
      'renew',
    ]);
  });

  it('starts threads on demand up to the limit', () => {
    const { pool, threads } = playedPool({ threads: 2 });
    for (const speaker of ['ann', 'ben', 'cem']) speak(pool, speaker).write(second());
    expect(threads.map(messagesTo)).toEqual([['feed 16000'], ['feed 16000']]);
  });

  it('takes a thread from unfinished speech for a finished utterance without losing audio', () => {
    const { pool, threads } = playedPool();
    const ann = speak(pool, 'ann');
    ann.write(second());
    const ben = speak(pool, 'ben');
    ben.write(second());
    ben.finish();
    expect(messagesTo(threads[0])).toEqual(['feed 16000', 'drop', 'renew', 'whole 16000']);
    expect(threads[0]?.dropped).toBe(1);
    threads[0]?.say({ did: 'final', run: 2, text: 'ben' });
    ann.write(second());
    ann.finish();
    expect(messagesTo(threads[0])?.slice(4)).toEqual(['renew', 'whole 32000']);
    threads[0]?.say({ did: 'final', run: 3, text: 'ann' });
    expect([ann.results, ben.results]).toEqual([['ann'], ['ben']]);
  });

  it('decodes finished utterances in order', () => {
    const { pool, threads } = playedPool();
    const all = ['ann', 'ben', 'cem'].map((speaker) => speak(pool, speaker));
    for (const each of all) {
      each.write(second());
      each.finish();
    }
    for (const run of [1, 2, 3]) threads[0]?.say({ did: 'final', run, text: String(run) });
    expect(all.map(({ results }) => results)).toEqual([['1'], ['2'], ['3']]);
  });

  it('ignores results of a cancelled utterance and reuses its thread', () => {
    const { pool, threads } = playedPool();
    const ann = speak(pool, 'ann');
    ann.write(second());
    const ben = speak(pool, 'ben');
    ben.write(second());
    ann.drop();
    threads[0]?.say({ did: 'final', run: 1, text: 'late' });
    expect(ann.results).toEqual([]);
    expect(messagesTo(threads[0])).toEqual(['feed 16000', 'drop', 'renew', 'feed 16000']);
  });

  it('does not decode very long speech again', () => {
    const { pool, threads } = playedPool();
    const ann = speak(pool, 'ann');
    for (let count = 0; count < 30; count += 1) ann.write(second());
    ann.finish();
    expect(messagesTo(threads[0])?.at(-1)).toBe('finish');
    expect(threads[0]?.messages.length).toBe(31);
  });

  it('fails the utterance when its thread exits, and starts another', async () => {
    const { pool, threads } = playedPool();
    await Promise.resolve();
    const ann = speak(pool, 'ann');
    const ben = speak(pool, 'ben');
    ben.write(second());
    threads[0]?.die();
    expect(ann.results).toEqual([undefined]);
    expect(messagesTo(threads[1])).toEqual(['feed 16000']);
  });

  it('fails waiting utterances when a thread never becomes ready', () => {
    const { pool, threads } = playedPool();
    const [ann, ben] = [speak(pool, 'ann'), speak(pool, 'ben')];
    threads[0]?.die();
    expect([ann.results, ben.results]).toEqual([[undefined], [undefined]]);
  });

  it('stops its threads and fails open utterances when closed', async () => {
    const { pool, threads } = playedPool();
    const ann = speak(pool, 'ann');
    await pool.close();
    expect(ann.results).toEqual([undefined]);
    expect(threads[0]?.stopped).toBe(true);
  });
});
