// A call as its client sees it, over werift, for `webrtc-talkers.mjs`: opens it, speaks, and notes when each packet of sound has come.

import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket } from 'werift';
import { LISTEN, SPEAK } from './server-work.mjs';

const dist = (path) => import(new URL(`../../packages/server/dist/transports/webrtc/${path}`, import.meta.url));
const { openOpus } = await dist('opus.js');
const { openG711 } = await dist('g711-codec.js');

const FRAME_MS = 20;
/** 20 ms of 24 kHz PCM16. */
const FRAME_BYTES = 960;
const OPEN_TIMEOUT_MS = 15_000;

const CODECS = {
  opus: {
    open: openOpus,
    parameters: { mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 111 },
    isSilence: (payload) => payload.length === 3 && payload[0] === 0xf8,
  },
  pcmu: {
    open: () => openG711('audio/pcmu'),
    parameters: { mimeType: 'audio/PCMU', clockRate: 8000, channels: 1, payloadType: 0 },
    isSilence: (payload) => payload.every((byte) => byte === 0xff),
  },
};

/** The payloads of the speech, encoded once: what a client encodes is not measured. */
async function encoded(codec, speech) {
  const encoder = await codec.open();
  const payloads = [];
  for (let at = 0; at + FRAME_BYTES <= speech.length; at += FRAME_BYTES) {
    payloads.push(Buffer.from(encoder.encode(new Uint8Array(speech.subarray(at, at + FRAME_BYTES)))));
  }
  encoder.close();
  return payloads;
}

/** Opens calls with one codec, all with the same speech. */
export async function caller(name, speech) {
  const payloads = await encoded(CODECS[name], speech);
  return async (url) => {
    const call = new Call(CODECS[name], payloads);
    await call.open(url);
    return call;
  };
}

class Call {
  periodMs = FRAME_MS;
  /** Milliseconds from the offer to the answer, and to the open channel. */
  postMs = 0;
  openMs = 0;
  /** When each packet came, with its number on the grid of 20 ms. */
  arrivals = [];
  sounds = 0;
  #codec;
  #payloads;
  #connection;
  #sender;
  #channel;
  #hangup;
  #unitsPerFrame;
  #firstTimestamp;
  #next = 0;
  #onEvent = new Set();
  #onPacket = new Set();

  constructor(codec, payloads) {
    this.#codec = codec;
    this.#payloads = payloads;
    this.#unitsPerFrame = (codec.parameters.clockRate * FRAME_MS) / 1000;
  }

  async open(url) {
    this.#connection = new RTCPeerConnection({
      iceServers: [],
      bundlePolicy: 'max-bundle',
      headerExtensions: {},
      codecs: { audio: [new RTCRtpCodecParameters(this.#codec.parameters)], video: [] },
    });
    this.#sender = this.#connection.addTrack(new MediaStreamTrack({ kind: 'audio' }));
    this.#channel = this.#connection.createDataChannel('oai-events');
    const opened = new Promise((resolve, reject) => {
      this.#channel.stateChange.subscribe((state) => state === 'open' && resolve());
      setTimeout(() => reject(new Error('the call does not open')), OPEN_TIMEOUT_MS).unref();
    });
    this.#channel.onMessage.subscribe((text) => {
      for (const hear of this.#onEvent) hear(text);
    });
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    await this.#exchange(url);
    await opened;
    this.#channel.send(LISTEN);
  }

  async #exchange(url) {
    const { origin, search } = new URL(url.replace('ws', 'http'));
    const headers = { 'content-type': 'application/sdp' };
    const body = this.#connection.localDescription.sdp;
    const begun = performance.now();
    const response = await fetch(`${origin}/v1/realtime/calls${search}`, { method: 'POST', headers, body });
    this.postMs = performance.now() - begun;
    const sdp = await response.text();
    if (response.status !== 201) throw new Error(`the call is refused: ${response.status} ${sdp}`);
    this.#hangup = `${origin}${response.headers.get('location')}/hangup`;
    this.#channel.stateChange.subscribe((state) => {
      if (state === 'open') this.openMs = performance.now() - begun;
    });
    const [dtls] = this.#connection.dtlsTransports;
    dtls.onRtp.subscribe(({ header, payload }) => this.#receive(header.timestamp, payload));
    await this.#connection.setRemoteDescription({ type: 'answer', sdp });
  }

  #receive(timestamp, payload) {
    const at = performance.now();
    const isSilence = this.#codec.isSilence(payload);
    if (!isSilence) this.sounds += 1;
    this.#firstTimestamp ??= timestamp;
    // Of 32 bits: it may begin again at 0.
    this.arrivals.push({ at, frame: ((timestamp - this.#firstTimestamp) | 0) / this.#unitsPerFrame });
    for (const hear of this.#onPacket) hear(isSilence, at);
  }

  /** Sends the next 20 ms of speech. */
  speak() {
    const n = this.#next++;
    const header = new RtpHeader({
      sequenceNumber: n & 0xffff,
      timestamp: (n * this.#unitsPerFrame) >>> 0,
      marker: n === 0,
      payloadType: this.#codec.parameters.payloadType,
    });
    this.#sender.sendRtp(new RtpPacket(header, this.#payloads[n % this.#payloads.length])).catch(() => {});
  }

  /** Resolves when sound of an answer has come. */
  async ask() {
    const heard = this.#packet((isSilence) => !isSilence);
    this.#channel.send(SPEAK);
    await heard;
  }

  /** Milliseconds from a clear to the first packet of silence. The response is cancelled first, as an SDK does. */
  async clear() {
    const done = this.#event('"response.done"');
    const silent = this.#packet((isSilence) => isSilence);
    const begun = performance.now();
    this.#channel.send('{"type":"response.cancel"}');
    this.#channel.send('{"type":"output_audio_buffer.clear"}');
    const at = await silent;
    await done;
    return at - begun;
  }

  async hush() {
    await this.clear();
  }

  #event(text) {
    return until(this.#onEvent, (event) => event.includes(text) && performance.now());
  }

  #packet(isWanted) {
    return until(this.#onPacket, (isSilence, at) => isWanted(isSilence) && at);
  }

  async close() {
    await fetch(this.#hangup, { method: 'POST' });
    await this.#connection.close();
  }
}

/** Resolves with what `find` makes of a call of the listeners, once that is something. */
function until(listeners, find) {
  return new Promise((resolve) => {
    const hear = (...given) => {
      const found = find(...given);
      if (!found) return;
      listeners.delete(hear);
      resolve(found);
    };
    listeners.add(hear);
  });
}
