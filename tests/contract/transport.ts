// What every transport owes the session (docs/spec/ports.md, family TP). Each adapter runs it in `transport.test.ts`.

import { waitUntil } from '@support/wait-until.ts';
import { expect, it } from 'vitest';
import { withAudio } from '../../packages/server/src/transports/sliced-frame.ts';
import type { Frame, Transport } from '../../packages/server/src/transports/transport.ts';

/** A connection under test: `near` is the adapter, `far` the client's side of it. */
export interface Connection {
  near: Transport;
  far: FarEnd;
  stop: () => Promise<void> | void;
}

/** What the suite needs of a client. */
export interface FarEnd {
  send(frame: Frame): void;
  /** The next `count` frames. */
  read(count: number): Promise<Frame[]>;
  /** Stops taking frames, for good. */
  stall(): void;
  close(code: number, reason: string): void;
  /** Settles when this end has learned that the connection is over, with the close it saw. A data channel closes without one. */
  closed: Promise<{ code: number; reason: string } | undefined>;
}

export type Connect = () => Promise<Connection>;

/** The next `count` frames of a transport. */
export async function read(transport: Transport, count: number): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of transport.frames) {
    frames.push(frame);
    if (frames.length === count) break;
  }
  return frames;
}

/** The close that the far end sees, or `undefined` where connections close without a code. */
type Close = { code: number; reason: string } | undefined;

const until = (claim: () => boolean) => waitUntil(String(claim), claim);

export function transportContract(connect: Connect, { hasCodes = true } = {}): void {
  const seen = (code: number, reason: string): Close => (hasCodes ? { code, reason } : undefined);
  const withConnection = (check: (connection: Connection) => Promise<void>) => async () => {
    const connection = await connect();
    try {
      await check(connection);
    } finally {
      await connection.stop();
    }
  };

  it(
    '[TP1] carries frames both ways, whole and in order',
    withConnection(async ({ near, far }) => {
      const sent = Array.from({ length: 500 }, (_, index) => `${index} ${'ü'.repeat(index)}`);
      for (const frame of sent) near.send(frame);
      expect(await far.read(500)).toEqual(sent);
      for (const frame of sent) far.send(frame);
      expect(await read(near, 500)).toEqual(sent);
    }),
  );

  it(
    '[TP2] loses nothing that arrives before anyone reads',
    withConnection(async ({ near, far }) => {
      far.send('early');
      await new Promise((resolve) => setTimeout(resolve, 20)); // the one sleep allowed: the point is that nobody is reading
      far.send('late');
      expect(await read(near, 2)).toEqual(['early', 'late']);
    }),
  );

  it(
    '[TP3] goes on where the last reader broke off',
    withConnection(async ({ near, far }) => {
      for (const frame of ['one', 'two', 'three']) far.send(frame);
      expect(await read(near, 1)).toEqual(['one']);
      expect(await read(near, 2)).toEqual(['two', 'three']);
    }),
  );

  it(
    '[TP4] hands on bytes as bytes and text as text',
    withConnection(async ({ near, far }) => {
      far.send(new Uint8Array([1, 2, 3]));
      far.send('{}');
      const [bytes, text] = await read(near, 2);
      expect([...(bytes as Uint8Array)]).toEqual([1, 2, 3]);
      expect(text).toBe('{}');
    }),
  );

  it(
    '[TP5] ends its frames when the far end closes, after those that came before',
    withConnection(async ({ near, far }) => {
      far.send('last words');
      far.close(1000, '');
      const frames: Frame[] = [];
      for await (const frame of near.frames) frames.push(frame);
      expect(frames).toEqual(['last words']);
    }),
  );

  it(
    '[TP6] closes after what was sent before, with its code and reason',
    withConnection(async ({ near, far }) => {
      for (let index = 0; index < 50; index += 1) near.send(`frame ${index} ${'x'.repeat(10_000)}`);
      near.close(1001, 'that was all');
      expect(await far.read(50)).toHaveLength(50);
      expect(await far.closed).toEqual(seen(1001, 'that was all'));
    }),
  );

  it(
    '[TP7] ends its own frames when it closes, and closing twice is closing once',
    withConnection(async ({ near, far }) => {
      near.close(1000, 'first');
      near.close(1011, 'second');
      for await (const _ of near.frames) expect.fail('a frame after the close');
      expect(await far.closed).toEqual(seen(1000, 'first'));
    }),
  );

  it(
    '[TP8] does nothing when told to send once closed',
    withConnection(async ({ near, far }) => {
      near.close(1000, '');
      expect(() => near.send('too late')).not.toThrow();
      await far.closed;
      expect(() => near.send('far too late')).not.toThrow();
      expect(near.bufferedBytes).toBe(0);
    }),
  );

  if (hasCodes)
    it(
      '[TP9, ER50] cuts a close reason to 123 bytes, never inside a character',
      withConnection(async ({ near, far }) => {
        near.close(1001, 'ü'.repeat(100));
        expect((await far.closed)?.reason).toBe('ü'.repeat(61));
      }),
    );

  it(
    '[TP13] drops the connection without a close frame when told to',
    withConnection(async ({ near, far }) => {
      near.drop();
      for await (const _ of near.frames) expect.fail('a frame after the drop');
      expect((await far.closed)?.code).toBe(seen(1006, '')?.code);
    }),
  );

  it(
    '[TP10] says how many bytes a reader that stands still has not taken',
    withConnection(async ({ near, far }) => {
      expect(near.bufferedBytes).toBe(0);
      far.stall();
      const frame = 'x'.repeat(1024 * 1024);
      for (let count = 0; count < 24; count += 1) near.send(frame);
      await until(() => near.bufferedBytes > 0);
      expect(near.bufferedBytes).toBeGreaterThan(8 * 1024 * 1024);
      expect(near.bufferedBytes).toBeLessThan(25 * 1024 * 1024);
    }),
  );

  it(
    '[TP11] reports nothing unsent once the reader has taken everything',
    withConnection(async ({ near, far }) => {
      near.send('x'.repeat(3 * 1024 * 1024));
      near.send('end');
      expect((await far.read(2))[1]).toBe('end');
      await until(() => near.bufferedBytes === 0);
    }),
  );

  it(
    '[TP14] gives the event loop a turn between two frames that wait',
    withConnection(async ({ near, far }) => {
      for (let index = 0; index < 20; index += 1) far.send(`${index}`);
      far.close(1000, '');
      await far.closed;
      const turns: number[] = [];
      let turn = 0;
      let isOver = false;
      const count = () => {
        turn += 1;
        if (!isOver) setImmediate(count);
      };
      setImmediate(count);
      for await (const _ of near.frames) turns.push(turn);
      isOver = true;
      expect(turns).toHaveLength(20);
      expect(new Set(turns).size).toBe(20);
    }),
  );

  it(
    '[TP15] says that it is open until either end closes',
    withConnection(async ({ near, far }) => {
      expect(near.isOpen).toBe(true);
      far.close(1000, '');
      for await (const _ of near.frames) expect.fail('a frame nobody sent');
      expect(near.isOpen).toBe(false);
    }),
  );

  it(
    '[TP15] is not open once it has been closed itself',
    withConnection(async ({ near }) => {
      near.close(1000, '');
      expect(near.isOpen).toBe(false);
    }),
  );

  it(
    '[TP16] carries stored audio whole and in its place, and what was sent after it after it',
    withConnection(async ({ near, far }) => {
      const audio = Buffer.from(Uint8Array.from({ length: 1_000_001 }, (_, index) => (index * 7) % 251));
      const blocks = [audio.subarray(0, 7), audio.subarray(7, 500_000), audio.subarray(500_000)];
      near.send('before');
      near.send(
        withAudio(
          '{"one":"A","two":"B"}',
          new Map([
            ['B', [audio]],
            ['A', blocks],
          ]),
        ),
      );
      near.send('after');
      near.close(1000, '');
      const base64 = audio.toString('base64');
      const [before, long, after] = await far.read(3);
      expect([before, after]).toEqual(['before', 'after']);
      expect(long === `{"one":"${base64}","two":"${base64}"}`).toBe(true);
      expect(await far.closed).toEqual(seen(1000, ''));
    }),
  );
}
