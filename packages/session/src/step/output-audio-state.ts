// State of the output audio buffer of a call: audio that the host has and has not played to its end. Plain JSON data.
// Transitions: `output-audio-buffer.ts`.

/** Audio of one content part. Bytes count from its start, in the output format of its response. */
export interface BufferedPart {
  readonly item_id: string;
  readonly content_index: number;
  readonly sent_bytes: number;
  /** As the host last reported; never more than `sent_bytes`. */
  readonly played_bytes: number;
}

/** Audio of one response, from its first `play_audio` until it is played to the end or cleared. */
export interface BufferedResponse {
  readonly response_id: string;
  /** In the order in which they play. */
  readonly parts: readonly BufferedPart[];
  /** `output_audio_buffer.started` was sent. */
  readonly started: boolean;
  /** The host has played all audio of it so far. */
  readonly drained: boolean;
  /** Its `response.done` was sent: no audio follows. */
  readonly done: boolean;
}

export interface OutputAudioBuffer {
  /** In the order of their first audio. */
  readonly responses: readonly BufferedResponse[];
  /** The latest response that had audio in the buffer, `null` if there was none [WR7]. */
  readonly last_response: string | null;
}

/** The buffer of a new call. */
export const EMPTY_BUFFER: OutputAudioBuffer = { responses: [], last_response: null };

/** Whether the buffer holds audio that is not played to the end. Always false without a call. */
export const isPlaying = ({ output_audio_buffer: buffer }: { readonly output_audio_buffer?: OutputAudioBuffer }) =>
  buffer !== undefined && buffer.responses.length > 0;
