// The caller of a test call, in the media thread: connects as its port says, sends a tone and counts what it receives.
// The other end of the port: `test-call.ts`.

import type { MessagePort } from 'node:worker_threads';
import { pcmBytes } from './codec.ts';
import { openOpus } from './opus.ts';
import type { FromCaller, ToCaller } from './plane-messages.ts';
import { FRAME_MS } from './rtp-out.ts';
import { testTone } from './test-tone.ts';
import { WeriftClient } from './werift-client.ts';

const UNITS_PER_FRAME = 48 * FRAME_MS;
/** A packet of silence has 3 bytes. */
const MIN_SOUND_BYTES = 8;

/** Makes an offer and follows the port until it closes. Reports a library's failure on the port. */
export async function startTestCaller(port: MessagePort): Promise<void> {
  const post = (message: FromCaller) => port.postMessage(message);
  const onError = (error: unknown) =>
    post({ did: 'fail', message: error instanceof Error ? error.message : String(error) });
  const client = new WeriftClient({
    onStep: (step) => post({ did: 'step', step }),
    onFail: (message) => post({ did: 'fail', message }),
    onRtp: (payload) => payload.length >= MIN_SOUND_BYTES && post({ did: 'hear', ms: FRAME_MS }),
  });
  let timer: NodeJS.Timeout | undefined;
  port.on('message', (message: ToCaller) => {
    if (message.do === 'connect') client.connect(message.answer).catch(onError);
    else if (message.do === 'hang_up') client.hangUp();
    else sendTone(client, message.ms).then((started) => (timer = started), onError);
  });
  port.on('close', () => {
    clearInterval(timer);
    void client.close();
  });
  await client.offer().then((sdp) => post({ did: 'offer', sdp }), onError);
}

/** Sends a tone at the pace of a microphone. */
async function sendTone(client: WeriftClient, ms: number): Promise<NodeJS.Timeout> {
  const codec = await openOpus();
  const frameBytes = pcmBytes(FRAME_MS);
  const tone = testTone(ms);
  let next = 0;
  const timer = setInterval(() => {
    const frame = tone.subarray(next * frameBytes, (next + 1) * frameBytes);
    if (frame.length < frameBytes) {
      clearInterval(timer);
      codec.close();
      return;
    }
    client.sendRtp(codec.encode(Uint8Array.from(frame)), (next * UNITS_PER_FRAME) >>> 0);
    next += 1;
  }, FRAME_MS);
  return timer;
}
