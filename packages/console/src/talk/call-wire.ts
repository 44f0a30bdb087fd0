// A session as a call over WebRTC: events on the data channel, audio both ways carried by the browser. Loaded with the first call.

import { refusalMessage } from '../sources/server-api.ts';
import type { OpenWire, WireListener } from './wire.ts';

export interface CallOptions {
  /** Absent where the credential fixes the session. */
  readonly model: string | undefined;
  /** A client secret; `undefined` where the server requires none. */
  readonly secret: string | undefined;
}

/** A server that can be reached answers on UDP within a moment. */
const OPEN_MS = 15_000;

const NO_WEBRTC = 'This browser has no WebRTC, or it is switched off.';
const NO_ANSWER = 'The server does not answer.';
const NO_ADDRESS = 'The server names no address for calls. Set --webrtc-addresses.';
const ENDED = 'The session has ended.';
const LOST = 'Connection lost: nothing comes from the server over UDP any more.';

export const callWire =
  (options: CallOptions): OpenWire =>
  (listener) =>
    new CallWire(options, listener);

class CallWire {
  readonly call = {
    setMicrophone: (track: MediaStreamTrack | null) => {
      // Refused while the connection closes: nobody hears it then.
      if (!this.#isClosed) this.#microphone?.replaceTrack(track).catch(() => {});
    },
    statistics: () => this.#connection?.getStats() ?? Promise.reject(new Error(ENDED)),
  };
  readonly #listener: WireListener;
  readonly #audio = new Audio();
  #connection: RTCPeerConnection | undefined;
  #microphone: RTCRtpSender | undefined;
  #channel: RTCDataChannel | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasOpened = false;
  #isClosed = false;

  constructor(options: CallOptions, listener: WireListener) {
    this.#listener = listener;
    this.#audio.autoplay = true;
    this.#open(options).catch((error: unknown) => this.#end(notStarted(error), false));
  }

  send(text: string): boolean {
    if (this.#channel?.readyState !== 'open') return false;
    this.#channel.send(text);
    return true;
  }

  close(): void {
    this.#end(ENDED, false);
  }

  async #open({ model, secret }: CallOptions): Promise<void> {
    if (typeof RTCPeerConnection === 'undefined') return this.#end(NO_WEBRTC, false);
    const connection = new RTCPeerConnection();
    this.#connection = connection;
    // The microphone is added when the user opens it; the direction is agreed on now.
    this.#microphone = connection.addTransceiver('audio', { direction: 'sendrecv' }).sender;
    connection.addEventListener('track', ({ track }) => {
      this.#audio.srcObject = new MediaStream([track]);
    });
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState !== 'failed') return;
      this.#end(this.#hasOpened ? LOST : unreachable(connection), true);
    });
    this.#listen(connection.createDataChannel('oai-events'));
    await connection.setLocalDescription();
    if (this.#isClosed) return;
    const query = model === undefined ? '' : `?model=${encodeURIComponent(model)}`;
    const answer = await this.#post(`/v1/realtime/calls${query}`, connection.localDescription?.sdp ?? '', secret);
    if (answer === undefined || this.#isClosed) return;
    if (!answer.includes('\na=candidate:')) return this.#end(NO_ADDRESS, false);
    await connection.setRemoteDescription({ type: 'answer', sdp: answer });
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.#end(unreachable(connection), true), OPEN_MS);
  }

  /** Resolves with the answer, or ends the call. */
  async #post(path: string, body: string, secret: string | undefined): Promise<string | undefined> {
    const headers = {
      'content-type': 'application/sdp',
      ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
    };
    try {
      const response = await fetch(path, { method: 'POST', body, headers, signal: AbortSignal.timeout(OPEN_MS) });
      if (response.ok) return await response.text();
      this.#end(await refusalMessage(response), false);
    } catch {
      this.#end(NO_ANSWER, true);
    }
    return undefined;
  }

  #listen(channel: RTCDataChannel): void {
    this.#channel = channel;
    channel.addEventListener('open', () => {
      clearTimeout(this.#timer);
      this.#hasOpened = true;
    });
    channel.addEventListener('message', ({ data }) =>
      typeof data === 'string' ? this.#listener.onText(data) : this.#listener.onBinary(),
    );
    channel.addEventListener('close', () => this.#end(ENDED, false));
  }

  #end(message: string, isLost: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#audio.srcObject = null;
    this.#channel?.close();
    this.#connection?.close();
    this.#listener.onClose(message, isLost);
  }
}

/** What the browser refuses: most often an answer that is no SDP, as that of a proxy. */
const notStarted = (error: unknown): string =>
  `The call cannot start: ${error instanceof Error ? error.message : String(error)}`;

/** Names what was tried: only the operator knows which of it should have been reached. */
function unreachable({ remoteDescription }: RTCPeerConnection): string {
  const addresses = Array.from(
    remoteDescription?.sdp.matchAll(/^a=candidate:\S+ \d+ \S+ \d+ (\S+) (\d+)/gm) ?? [],
    ([, address = '', port = '']) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`),
  );
  return `No connection over UDP to ${addresses.join(' or ')}. Check the firewall, --webrtc-addresses and --webrtc-ports.`;
}
