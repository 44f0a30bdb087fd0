// Received RTP packets in order, as the audio to make of them: gaps are repaired, silence replaces RTP that has stopped.
// Pure: the time is an argument. Decoding: `codec.ts`.

/** The parts of an RTP packet that count here (RFC 3550, section 5.1). */
export interface RtpPacketIn {
  readonly ssrc: number;
  /** 16 bits, wraps. */
  readonly sequence: number;
  /** 32 bits, wraps. Counts at the clock rate of the codec. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/** The next audio: from a packet, from the redundancy in the packet after a lost one, invented by the decoder, or silence. */
export type AudioPiece =
  | { readonly make: 'decode'; readonly payload: Uint8Array }
  | { readonly make: 'recover'; readonly payload: Uint8Array; readonly ms: number }
  | { readonly make: 'conceal'; readonly ms: number }
  | { readonly make: 'silence'; readonly ms: number };

export interface RtpInOptions {
  /** RTP timestamp units per millisecond: 48 for Opus, 8 for G.711. */
  readonly unitsPerMs: number;
  /** Duration of a payload in milliseconds; 0 if it is invalid. */
  readonly durationMs: (payload: Uint8Array) => number;
}

/** Packets that were not used, by reason. */
export interface RtpDrops {
  /** Later than the reorder window, or a repetition. */
  late: number;
  invalid: number;
  /** Of another stream while the current one runs. */
  foreign: number;
  /** Above the packet rate. */
  flood: number;
  /** Arrived in a burst after silence had replaced them. */
  overdue: number;
}

const MAX_PACKET_BYTES = 1500;
const MAX_PACKETS_PER_SECOND = 4000;
/** A gap is repaired when that many later packets wait, or after that time. */
const REORDER_PACKETS = 3;
const REORDER_MS = 60;
/** Longest stretch that the decoder invents; beyond it a voice turns into noise. */
const MAX_CONCEAL_MS = 60;
/** A longer jump of the timestamps is a new time base, not a pause. */
const MAX_GAP_MS = 1000;
/** Without packets for that time, silence runs in real time: the audio clock drives turn detection. */
const STOPPED_MS = 100;
const SILENCE_MS = 20;
/** A new SSRC is accepted when the current one has been quiet for that time. */
const SSRC_QUIET_MS = 200;
/** A larger step of the sequence numbers is a restart of the stream. */
const MAX_SEQUENCE_STEP = 1000;

const silence = (ms: number): AudioPiece[] => (ms > 0 ? [{ make: 'silence', ms }] : []);

const signed16 = (value: number) => (value << 16) >> 16;

export class RtpIn {
  readonly #unitsPerMs: number;
  readonly #durationMs: (payload: Uint8Array) => number;
  readonly drops: RtpDrops = { late: 0, invalid: 0, foreign: 0, flood: 0, overdue: 0 };
  /** Packets that never arrived in time. */
  lost = 0;
  #ssrc: number | undefined;
  #nextSequence = 0;
  #nextTimestamp = 0;
  #frameMs = SILENCE_MS;
  /** Later packets that wait for a gap to fill, in order. */
  #waiting: RtpPacketIn[] = [];
  #gapSince = 0;
  #lastPacketAt = 0;
  /** Silence made since the last packet, not yet matched by a jump of the timestamps. */
  #silenceMs = 0;
  #silenceFrom: number | undefined;
  #second = { startedAt: 0, packets: 0 };

  constructor({ unitsPerMs, durationMs }: RtpInOptions) {
    this.#unitsPerMs = unitsPerMs;
    this.#durationMs = durationMs;
  }

  /** Accepts a packet that arrived at `now`, in milliseconds. */
  push(packet: RtpPacketIn, now: number): AudioPiece[] {
    if (this.#isFlood(now)) return this.#drop('flood');
    const { payload } = packet;
    if (payload.length > MAX_PACKET_BYTES || this.#durationMs(payload) === 0) return this.#drop('invalid');
    const isFirst = this.#ssrc === undefined;
    if (!isFirst && packet.ssrc !== this.#ssrc && now - this.#lastPacketAt < SSRC_QUIET_MS)
      return this.#drop('foreign');
    const interval = now - this.#lastPacketAt;
    if (packet.ssrc !== this.#ssrc) this.#restart(packet);
    let step = signed16(packet.sequence - this.#nextSequence);
    if (Math.abs(step) > MAX_SEQUENCE_STEP) {
      this.#restart(packet);
      step = 0;
    }
    if (step < 0 || this.#waiting.some(({ sequence }) => sequence === packet.sequence)) return this.#drop('late');
    this.#lastPacketAt = now;
    if (isFirst) return this.#deliver(packet);
    if (this.#silenceFrom !== undefined) return this.#resume(packet);
    if (this.#silenceMs > 0 && !this.#isPaidBack(interval)) return this.#skip(packet);
    return this.#order(packet, step, now);
  }

  /** What is due at `now` without a packet. Call it every 20 ms. */
  tick(now: number): AudioPiece[] {
    const pieces: AudioPiece[] = [];
    while (this.#waiting.length > 0 && now - this.#gapSince >= REORDER_MS) pieces.push(...this.#repair());
    if (this.#ssrc === undefined || now - this.#lastPacketAt < STOPPED_MS) return pieces;
    this.#silenceFrom ??= this.#lastPacketAt + STOPPED_MS;
    const ms = Math.floor((now - this.#silenceFrom) / SILENCE_MS) * SILENCE_MS;
    if (ms === 0) return pieces;
    this.#silenceFrom += ms;
    this.#silenceMs += ms;
    return [...pieces, ...silence(ms)];
  }

  #drop(reason: keyof RtpDrops): AudioPiece[] {
    this.drops[reason] += 1;
    return [];
  }

  #isFlood(now: number): boolean {
    if (now - this.#second.startedAt >= 1000) this.#second = { startedAt: now, packets: 0 };
    this.#second.packets += 1;
    return this.#second.packets > MAX_PACKETS_PER_SECOND;
  }

  /** A new stream, or a new time base of the same. */
  #restart({ ssrc, sequence, timestamp }: RtpPacketIn): void {
    this.#ssrc = ssrc;
    this.#nextSequence = sequence;
    this.#nextTimestamp = timestamp;
    this.#waiting = [];
    this.#silenceMs = 0;
  }

  #order(packet: RtpPacketIn, step: number, now: number): AudioPiece[] {
    if (step === 0) return [...this.#pause(packet), ...this.#deliver(packet), ...this.#deliverWaiting()];
    if (this.#waiting.length === 0) this.#gapSince = now;
    const at = this.#waiting.findIndex(({ sequence }) => signed16(sequence - packet.sequence) > 0);
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, packet);
    return this.#waiting.length >= REORDER_PACKETS ? this.#repair() : [];
  }

  #deliver(packet: RtpPacketIn): AudioPiece[] {
    this.#frameMs = this.#durationMs(packet.payload);
    this.#advance(packet);
    return [{ make: 'decode', payload: packet.payload }];
  }

  #advance({ sequence, timestamp, payload }: RtpPacketIn): void {
    this.#nextSequence = (sequence + 1) & 0xffff;
    this.#nextTimestamp = (timestamp + this.#durationMs(payload) * this.#unitsPerMs) >>> 0;
  }

  #deliverWaiting(): AudioPiece[] {
    const pieces: AudioPiece[] = [];
    while (this.#waiting[0]?.sequence === this.#nextSequence) {
      const packet = this.#waiting.shift() as RtpPacketIn;
      pieces.push(...this.#pause(packet), ...this.#deliver(packet));
    }
    return pieces;
  }

  /** Milliseconds between the end of the last packet and this one; 0 if they overlap. */
  #jumpMs({ timestamp }: RtpPacketIn): number {
    return Math.max(0, ((timestamp - this.#nextTimestamp) | 0) / this.#unitsPerMs);
  }

  /** The same, and 0 if the time base is new. */
  #gapMs(packet: RtpPacketIn): number {
    const ms = this.#jumpMs(packet);
    return ms <= MAX_GAP_MS ? ms : 0;
  }

  /** Consecutive packets with a gap between them: the sender paused (DTX). */
  #pause(packet: RtpPacketIn): AudioPiece[] {
    return silence(this.#gapMs(packet));
  }

  /** Gives up on the missing packets before the first one that waits. */
  #repair(): AudioPiece[] {
    const [packet] = this.#waiting;
    if (!packet) return [];
    this.lost += signed16(packet.sequence - this.#nextSequence);
    const gapMs = this.#gapMs(packet);
    const recoverMs = Math.min(gapMs, this.#frameMs);
    const concealMs = Math.min(gapMs - recoverMs, MAX_CONCEAL_MS);
    const silenceMs = gapMs - recoverMs - concealMs;
    const pieces: AudioPiece[] = [];
    if (concealMs > 0) pieces.push({ make: 'conceal', ms: concealMs });
    pieces.push(...silence(silenceMs));
    if (recoverMs > 0) pieces.push({ make: 'recover', payload: packet.payload, ms: recoverMs });
    this.#nextSequence = packet.sequence;
    this.#nextTimestamp = packet.timestamp;
    return [...pieces, ...this.#deliverWaiting()];
  }

  /** The first packet after silence: what of the pause the silence has not covered is added now. */
  #resume(packet: RtpPacketIn): AudioPiece[] {
    this.#silenceFrom = undefined;
    const uncoveredMs = this.#jumpMs(packet) - this.#silenceMs;
    // Packets that were only delayed follow without a jump: their time has been filled already.
    this.#silenceMs = Math.max(0, -uncoveredMs);
    const isPause = uncoveredMs > 0 && uncoveredMs <= MAX_GAP_MS;
    return [...(isPause ? silence(uncoveredMs) : []), ...this.#deliver(packet)];
  }

  /** Packets at their usual pace are new audio; those of a burst have been replaced by silence. */
  #isPaidBack(interval: number): boolean {
    if (interval >= this.#frameMs / 2) this.#silenceMs = 0;
    return this.#silenceMs === 0;
  }

  #skip(packet: RtpPacketIn): AudioPiece[] {
    this.#silenceMs = Math.max(0, this.#silenceMs - this.#durationMs(packet.payload));
    this.#advance(packet);
    return this.#drop('overdue');
  }
}
