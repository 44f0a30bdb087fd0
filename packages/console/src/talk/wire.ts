// What carries the frames of the page's session: a WebSocket (`socket-wire.ts`) or a call (`call-wire.ts`).

/** Heard in this order: any number of frames, then one end. */
export interface WireListener {
  onText(text: string): void;
  onBinary(): void;
  /** `message` says why; `isLost`: the connection broke. */
  onClose(message: string, isLost: boolean): void;
}

export interface Wire {
  /** Drops the text if the wire is not open. Returns whether it was sent. */
  send(text: string): boolean;
  close(): void;
  /** The audio of a call; absent where audio travels in events. */
  readonly call?: CallAudio;
}

/** Audio of a call, which the browser carries. */
export interface CallAudio {
  /** Sends a microphone, or silence. */
  setMicrophone(track: MediaStreamTrack | null): void;
  /** What the browser knows about the call; see `call-statistics.ts`. */
  statistics(): Promise<RTCStatsReport>;
}

export type OpenWire = (listener: WireListener) => Wire;
