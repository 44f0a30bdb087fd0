// Port: the audio of one call. PCM at 24 kHz both ways, whatever the codec on the wire and the session's format. Converted for a
// session: `sessions/call-playback.ts`.

/** The content part that a piece of audio belongs to. */
export interface AudioPart {
  readonly response_id: string;
  readonly item_id: string;
  readonly content_index: number;
}

export interface PlayedPart extends AudioPart {
  /** Bytes queued so far. */
  readonly sentBytes: number;
  /** Bytes on the wire. */
  readonly playedBytes: number;
}

/** What became of a response's audio. */
export type PlaybackReport =
  /** Its first frame is being sent. */
  | { readonly did: 'start'; readonly response_id: string }
  /** All of it has been sent, or it had none. */
  | { readonly did: 'drain'; readonly response_id: string };

export interface CallAudio {
  /** Audio of the client's microphone, in pieces of about 40 ms. Ends with the call. For one reader. */
  readonly input: AsyncIterable<Uint8Array>;
  /** What became of the audio of each response, in order. Ends with the call. For one reader. */
  readonly playback: AsyncIterable<PlaybackReport>;
  /** Bytes of audio queued and not played. */
  readonly unplayedBytes: number;
  /** Queues audio of a part for playing. */
  play(part: AudioPart, audio: Uint8Array): void;
  /** No more audio of the response will come. It is reported as drained when all of it is on the wire. */
  end(response_id: string): void;
  /** Drops the audio that is not on the wire yet, and forgets its parts. Read `played` before. */
  clear(): void;
  /** The parts whose response has not drained, with what is on the wire of each; at most one frame old. */
  played(): PlayedPart[];
}
