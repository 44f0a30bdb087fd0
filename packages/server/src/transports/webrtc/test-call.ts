// Makes a call to the server's own media thread and measures it, step by step. The caller, in the thread: `test-caller.ts`.

import type { MessagePort } from 'node:worker_threads';
import { readOffer, type SdpOffer } from '@colloquy/protocol';
import { pcmBytes } from './codec.ts';
import type { CallMedia } from './media-link.ts';
import type { CallStep, FromCaller, ToCaller } from './plane-messages.ts';
import { hasSound, testTone } from './test-tone.ts';

/** Result of a test call. */
export interface TestCallReport {
  readonly stage: 'call';
  readonly ok: boolean;
  /** Milliseconds from the answer to the open data channel; `null` if it did not open. */
  readonly open_ms: number | null;
  /** Milliseconds of audio that each side has received, of 1,000 sent. */
  readonly server_heard_ms: number;
  readonly client_heard_ms: number;
  readonly problem: 'no_ice' | 'no_dtls' | 'no_channel' | 'no_audio_in' | 'no_audio_out' | 'no_hangup' | null;
  /** What is wrong and how to correct it; empty if nothing is. */
  readonly message: string;
}

const OPEN_TIMEOUT_MS = 10_000;
const TONE_MS = 1000;
const MAX_LATE_MS = 5000;
const HANGUP_TIMEOUT_MS = 3000;
/** What a busy machine sends late, silence has replaced. */
const MIN_HEARD_MS = TONE_MS / 5;
const PART = { response_id: 'resp_test', item_id: 'item_test', content_index: 0 };

const MESSAGES = {
  no_ice: 'The client got no answer to its checks over UDP: open the UDP ports in the firewall, or set --webrtc-ports.',
  no_dtls: 'Addresses answer, but no DTLS handshake was completed: UDP packets above 1,200 bytes may be dropped.',
  no_channel: 'The connection is encrypted, but its data channel did not open: the machine may be too busy.',
  no_audio_in: 'The server received too little audio of the client: the machine may be too busy, or drops UDP.',
  no_audio_out: 'The client received too little audio of the server: the machine may be too busy, or drops UDP.',
  no_hangup: 'The server did not end the call when the client closed its data channel.',
} as const;

/** A caller in the media thread, with its offer. */
export class TestCaller {
  readonly #port: MessagePort;
  readonly #steps = new Set<CallStep>();
  readonly #offer: Promise<string>;
  #onChange: () => void = () => {};
  #error = '';
  heardMs = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    this.#offer = new Promise((resolve, reject) => {
      const fail = (cause: string) => {
        this.#error ||= cause;
        reject(new Error(cause));
        this.#onChange();
      };
      port.on('close', () => fail('The media thread has ended.'));
      port.on('message', (message: FromCaller) => {
        if (message.did === 'offer') return resolve(message.sdp);
        if (message.did === 'step') this.#steps.add(message.step);
        else if (message.did === 'hear') this.heardMs += message.ms;
        else return fail(message.message);
        this.#onChange();
      });
    });
    this.#offer.catch(() => {});
  }

  async offer(): Promise<SdpOffer> {
    const offer = readOffer(await this.#offer);
    if (!offer.ok) throw new Error(offer.issue.message);
    return offer.value;
  }

  /** Calls over the answer, speaks and listens for a second, and hangs up. Never rejects. */
  async run(answer: string, audio: CallMedia): Promise<TestCallReport> {
    const began = performance.now();
    this.#post({ do: 'connect', answer });
    if (!(await this.#until(() => this.#steps.has('channel'), OPEN_TIMEOUT_MS))) return this.#report(null, 0);
    const openMs = Math.round(performance.now() - began);
    let serverHeardMs = 0;
    void (async () => {
      for await (const pcm of audio.input) {
        if (hasSound(pcm)) serverHeardMs += pcm.length / pcmBytes(1);
        this.#onChange();
      }
    })();
    this.#post({ do: 'speak', ms: TONE_MS });
    audio.play(PART, testTone(TONE_MS));
    audio.end(PART.response_id);
    await this.#until(() => serverHeardMs >= TONE_MS && this.heardMs >= TONE_MS, TONE_MS + MAX_LATE_MS);
    this.#post({ do: 'hang_up' });
    let isEnded = false;
    void audio.ended.then(() => {
      isEnded = true;
      this.#onChange();
    });
    await this.#until(() => isEnded, HANGUP_TIMEOUT_MS);
    return this.#report(openMs, serverHeardMs, isEnded);
  }

  close(): void {
    this.#port.close();
  }

  #post(message: ToCaller): void {
    this.#port.postMessage(message);
  }

  /** Whether `isDone` holds within the time. */
  #until(isDone: () => boolean, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#onChange = () => {};
        resolve(isDone());
      };
      const timer = setTimeout(finish, timeoutMs);
      this.#onChange = () => (isDone() || this.#error) && finish();
      this.#onChange();
    });
  }

  #report(open_ms: number | null, serverMs: number, isEnded = false): TestCallReport {
    const problem = this.#problem(open_ms, serverMs, isEnded);
    const message = problem ? [MESSAGES[problem], this.#error].filter(Boolean).join(' ') : '';
    const server_heard_ms = Math.round(serverMs);
    return { stage: 'call', ok: !problem, open_ms, server_heard_ms, client_heard_ms: this.heardMs, problem, message };
  }

  #problem(openMs: number | null, serverMs: number, isEnded: boolean): TestCallReport['problem'] {
    if (!this.#steps.has('ice')) return 'no_ice';
    if (!this.#steps.has('dtls')) return 'no_dtls';
    if (openMs === null) return 'no_channel';
    if (serverMs < MIN_HEARD_MS) return 'no_audio_in';
    if (this.heardMs < MIN_HEARD_MS) return 'no_audio_out';
    return isEnded ? null : 'no_hangup';
  }
}
