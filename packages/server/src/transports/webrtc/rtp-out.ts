// The audio of a call as RTP frames of 20 ms, each due at a time of one grid. Pure: the time is an argument.
// Encoding: `codec.ts`; the thread's clock: `worker.ts`.

import type { PlaybackReport } from '../../calls/call-audio.ts';

export const FRAME_MS = 20;

/** A frame to send now. */
export interface RtpFrame {
  /** PCM of a whole frame; `undefined` for silence. */
  readonly pcm: Uint8Array | undefined;
  /** Bytes of `pcm` that were queued; the rest is padding. */
  readonly playedBytes: number;
  /** RTP timestamp, 32 bits. */
  readonly timestamp: number;
  /** True for the first packet after a pause, and only there: a browser resets its timing on it. */
  readonly marker: boolean;
}

export interface RtpOutOptions {
  /** Bytes of PCM in a frame. */
  readonly frameBytes: number;
  /** RTP timestamp units in a frame: 960 for Opus, 160 for G.711. */
  readonly unitsPerFrame: number;
  /** Time of frame 0, in milliseconds. Calls with the same time share their wake-ups. */
  readonly startsAt: number;
}

/** Silence is sent for that time after the last audio and after a clear: without packets, a browser invents sound. */
const SILENCE_FRAMES = 15;
/** A longer delay is skipped: a burst would raise the browser's jitter buffer for the rest of the call. */
const MAX_BURST_MS = 200;

/** Audio of one response in the queue. */
interface Playing {
  readonly response_id: string;
  pieces: Uint8Array[];
  bytes: number;
  hasStarted: boolean;
  hasEnded: boolean;
}

export class RtpOut {
  readonly #options: RtpOutOptions;
  #queue: Playing[] = [];
  /** Number of the next frame. Frame n is due at `startsAt + 20 n`. */
  #next = 0;
  #silenceLeft = 0;
  #isPaused = true;

  constructor(options: RtpOutOptions) {
    this.#options = options;
  }

  /** Bytes queued and not sent. */
  get queuedBytes(): number {
    return this.#queue.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Queues audio of a response. */
  play(response_id: string, audio: Uint8Array): void {
    const last = this.#playing(response_id);
    last.pieces.push(audio);
    last.bytes += audio.length;
  }

  /** No more audio of the response will come. */
  end(response_id: string): void {
    this.#playing(response_id).hasEnded = true;
  }

  /** Drops what is not sent yet. Silence follows. */
  clear(): void {
    const wasPlaying = this.#queue.some(({ hasStarted }) => hasStarted);
    this.#queue = [];
    if (wasPlaying) this.#silenceLeft = SILENCE_FRAMES;
  }

  /** Time at which the next frame is due; `undefined` if nothing is to be sent. */
  get dueAt(): number | undefined {
    if (this.#isPaused && !this.#hasWork()) return undefined;
    return this.#timeOf(this.#next);
  }

  /** The frames that are due at `now`, with reports in their place. */
  due(now: number): (RtpFrame | PlaybackReport)[] {
    const current = Math.floor((now - this.#options.startsAt) / FRAME_MS);
    const isLate = now - this.#timeOf(this.#next) > MAX_BURST_MS;
    if ((this.#isPaused || isLate) && current > this.#next) this.#skipTo(current);
    const made: (RtpFrame | PlaybackReport)[] = [];
    while (this.#next <= current) {
      made.push(...this.#drained());
      const frame = this.#frame(made);
      if (!frame) break;
      made.push(frame);
    }
    made.push(...this.#drained());
    return made;
  }

  #timeOf(frame: number): number {
    return this.#options.startsAt + FRAME_MS * frame;
  }

  #skipTo(frame: number): void {
    this.#next = frame;
    this.#isPaused = true;
  }

  #playing(response_id: string): Playing {
    const last = this.#queue.at(-1);
    if (last?.response_id === response_id) return last;
    const added: Playing = { response_id, pieces: [], bytes: 0, hasStarted: false, hasEnded: false };
    this.#queue.push(added);
    return added;
  }

  /** Whether `due` has anything to send or to report. */
  #hasWork(): boolean {
    const [first] = this.#queue;
    return this.#silenceLeft > 0 || (first !== undefined && (first.hasEnded || this.#isReady(first)));
  }

  /** A whole frame, or the rest of a response that has ended. */
  #isReady({ bytes, hasEnded }: Playing): boolean {
    return bytes >= this.#options.frameBytes || (hasEnded && bytes > 0);
  }

  /** Removes responses whose audio has been sent. */
  #drained(): PlaybackReport[] {
    const reports: PlaybackReport[] = [];
    while (this.#queue[0]?.hasEnded && this.#queue[0].bytes === 0) {
      const { response_id } = this.#queue.shift() as Playing;
      reports.push({ did: 'drain', response_id });
    }
    return reports;
  }

  /** The next frame: audio, silence, or none. */
  #frame(made: (RtpFrame | PlaybackReport)[]): RtpFrame | undefined {
    const [first] = this.#queue;
    if (!first || !this.#isReady(first)) return this.#silence();
    if (!first.hasStarted) made.push({ did: 'start', response_id: first.response_id });
    first.hasStarted = true;
    this.#silenceLeft = SILENCE_FRAMES;
    const playedBytes = Math.min(first.bytes, this.#options.frameBytes);
    return this.#numbered(shiftBytes(first, this.#options.frameBytes), playedBytes);
  }

  #silence(): RtpFrame | undefined {
    if (this.#silenceLeft === 0) {
      this.#isPaused = true;
      return undefined;
    }
    this.#silenceLeft -= 1;
    return this.#numbered(undefined, 0);
  }

  #numbered(pcm: Uint8Array | undefined, playedBytes: number): RtpFrame {
    const frame = {
      pcm,
      playedBytes,
      timestamp: (this.#next * this.#options.unitsPerFrame) >>> 0,
      marker: this.#isPaused,
    };
    this.#next += 1;
    this.#isPaused = false;
    return frame;
  }
}

/** Removes a frame from the front of a response's audio, padded with silence at its end. */
function shiftBytes(playing: Playing, frameBytes: number): Uint8Array {
  const frame = new Uint8Array(frameBytes);
  let filled = 0;
  while (filled < frameBytes && playing.pieces[0]) {
    const piece = playing.pieces[0].subarray(0, frameBytes - filled);
    frame.set(piece, filled);
    filled += piece.length;
    const rest = playing.pieces[0].subarray(piece.length);
    if (rest.length > 0) playing.pieces[0] = rest;
    else playing.pieces.shift();
  }
  playing.bytes -= filled;
  return frame;
}
