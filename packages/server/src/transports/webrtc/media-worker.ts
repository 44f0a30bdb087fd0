// The media thread: the calls it holds and the clock that drives their audio. The server's side: `thread-media-plane.ts`.

import { type MessagePort, parentPort } from 'node:worker_threads';
import type { RtpCodecName } from '@colloquy/protocol';
import { activeTime } from '../../active-time.ts';
import type { CallCodec } from './codec.ts';
import { openG711 } from './g711-codec.ts';
import { MediaCall, type MediaThread } from './media-call.ts';
import { openOpus } from './opus.ts';
import type { FromThread, ToThread } from './plane-messages.ts';
import { FRAME_MS } from './rtp-out.ts';
import { openWeriftPeer, warmUpWerift } from './werift-peer.ts';

const calls = new Set<MediaCall>();
let timer: NodeJS.Timeout | undefined;

const thread: MediaThread = {
  clock: () => performance.now(),
  activeClock: () => activeTime.now(),
  startsAt: performance.now(),
  openPeer: openWeriftPeer,
  openCodec,
  onClosed: (call) => calls.delete(call),
};

function openCodec(name: RtpCodecName): Promise<CallCodec> {
  if (name === 'opus') return openOpus();
  return openG711(name === 'PCMU' ? 'audio/pcmu' : 'audio/pcma');
}

/** One timer for all calls, always set for a point of one grid: a late tick does not move the next. */
function tick(): void {
  const now = thread.clock();
  for (const call of calls) call.tick(now);
  schedule();
}

function schedule(): void {
  timer = undefined;
  if (calls.size === 0) return;
  const elapsed = thread.clock() - thread.startsAt;
  timer = setTimeout(tick, (Math.floor(elapsed / FRAME_MS) + 1) * FRAME_MS - elapsed);
}

/** A server never calls; the client's half is read when somebody asks for a test. */
async function startTestCall(port: MessagePort): Promise<void> {
  const { startTestCaller } = await import('./test-caller.ts');
  await startTestCaller(port);
}

const post = (message: FromThread) => parentPort?.postMessage(message);

// What a library throws out of a callback concerns one packet of one call; ending the thread would end all calls.
const onError = (error: unknown) =>
  post({ did: 'fail', message: error instanceof Error ? error.message : String(error) });
process.on('uncaughtException', onError);
process.on('unhandledRejection', onError);

parentPort?.on('message', (message: ToThread) => {
  if (message.do === 'test') return void startTestCall(message.port);
  calls.add(new MediaCall(thread, message));
  if (!timer) schedule();
});

// Otherwise the first call would wait for the libraries to be compiled.
(await openOpus()).close();
await warmUpWerift();
post({ did: 'ready' });
