// Inputs and effects of a session. All of them are plain data.

import type {
  AudioTranscription,
  ClientEvent,
  InputAudioTranscriptionCompletedEvent,
  InputAudioTranscriptionDeltaEvent,
  Issue,
  McpCallError,
  McpListToolEntry,
  NoiseReduction,
  RealtimeAudioFormat,
  RealtimeMcpTool,
  RealtimeTurnDetection,
  ServerEvent,
} from '@colloquy/protocol';
import type { EngineEvent, ResponseRequest } from './engine-event.ts';

interface At {
  /** Milliseconds since the session began; never decreases. */
  at: number;
}

/**
 * Events of the speech input. Positions are milliseconds of the audio clock, which counts all audio appended in the
 * session.
 */
export type SpeechEvent =
  /** Start of the speech; the session subtracts `prefix_padding_ms` [VA4]. */
  | { type: 'started'; audio_ms: number }
  /** End of the turn, including the silence that ended it [VA5]. */
  | { type: 'stopped'; audio_ms: number }
  | {
      type: 'transcription.delta';
      item_id: string;
      delta: string;
      logprobs?: InputAudioTranscriptionDeltaEvent['logprobs'];
    }
  | { type: 'transcription.segment'; item_id: string; text: string; speaker: string; start: number; end: number }
  | ({ type: 'transcription.completed'; item_id: string } & Pick<
      InputAudioTranscriptionCompletedEvent,
      'transcript' | 'usage' | 'languages' | 'logprobs'
    >)
  | { type: 'transcription.failed'; item_id: string; error: { type: string; code: string; message: string } };

/** A tool that an MCP server listed. `hash` changes whenever its definition changes [MC11]. */
export type ListedTool = McpListToolEntry & { hash: string };

/**
 * Results from MCP servers, reported by the host. `item_id` is the one in the effect. Late and repeated results are
 * dropped.
 */
export type ToolsEvent =
  /**
   * A listing succeeded. A later `listed` for the same item means that the server's tools have changed: approvals of
   * the old ones are void [MC11].
   */
  | { type: 'listed'; item_id: string; tools: ListedTool[] }
  /** `reason` is for the recording: the client learns only of the failure [MC16]. */
  | { type: 'list_failed'; item_id: string; reason?: string }
  /** `output` is the tool's result as text. */
  | { type: 'called'; item_id: string; output: string }
  /** The error appears in the item unchanged [MC14]: no secrets, no stack traces, at most 512 characters of message. */
  | { type: 'call_failed'; item_id: string; error: McpCallError };

/** Events of the microphone of a call. */
export type MediaEvent =
  /** The next audio in the session's input format, at most 200 ms: base64, and its number of decoded bytes. */
  { type: 'audio'; audio: string; bytes: number };

/**
 * Playback of a call, reported by the host. It plays the responses in the order of their first `play_audio`, and
 * the audio of a response in the order of the effects. Reports about audio that was cleared meanwhile are dropped.
 */
export type PlaybackEvent =
  /** The first audio of the response was put on the wire [WR5]. */
  | { type: 'started'; response_id: string }
  /**
   * Bytes of a part's audio that were put on the wire so far, counted from the start of the part in the format of its
   * `play_audio`; the parts of the response before it count as played. Report the part that is playing directly before
   * every input that may cut or end playback: speech `started`, and the client's `output_audio_buffer.clear`,
   * `response.cancel` and `conversation.item.truncate`. Not needed at other times.
   */
  | { type: 'played'; item_id: string; content_index: number; bytes: number }
  /**
   * All audio of the response was put on the wire [WR6]. Required once after `end_playback`. May also be reported
   * earlier, when audio has run out: the session waits for the end of the response.
   */
  | { type: 'drained'; response_id: string };

/** Events that originate in the host. */
export type HostEvent =
  /** The first input of every session. */
  | { type: 'open' }
  /** The server is shutting down: close when no response is active. */
  | { type: 'drain' }
  /** The client has disconnected. */
  | { type: 'close' };

/** One input of a session, with its time. */
export type Input =
  | (At & { from: 'host'; event: HostEvent })
  /** A decoded event. `audio_bytes`: decoded bytes of each base64 audio of the event, in order. */
  | (At & { from: 'client'; event: ClientEvent; audio_bytes?: number[] })
  /** A frame that could not be decoded, and its `event_id` if it had one. */
  | (At & { from: 'wire'; issue: Issue; event_id: string | null })
  | (At & { from: 'speech'; event: SpeechEvent })
  | (At & { from: 'tools'; event: ToolsEvent })
  /** Calls only, as the next: without an output audio buffer, playback has no effect. */
  | (At & { from: 'media'; event: MediaEvent })
  | (At & { from: 'playback'; event: PlaybackEvent })
  | (At & { from: 'engine'; response_id: string; event: EngineEvent })
  /** Time has passed; due at `deadline(state)`. */
  | (At & { from: 'clock' });

/** Settings of speech input. */
export interface SpeechSettings {
  /** Null: no transcription events; an engine may still request a transcript. */
  transcription: AudioTranscription | null;
  /** Whether to report log probabilities, if the transcriber has them [TX9]. */
  logprobs: boolean;
  /** Applied before turn detection and transcription [IB18, IB21]. */
  noise_reduction: NoiseReduction | null;
}

/** What a session requests from its host, in order. Each effect is self-contained. */
export type Effect =
  /** Encode this event and send it. `fill_audio`: first put the stored audio into the item's parts [CV29]. */
  | { do: 'send'; event: ServerEvent; fill_audio?: boolean }
  /** Append base64 audio to the input buffer. It may begin and end inside a sample [IB3]. */
  | { do: 'append_audio'; audio: string }
  /** Bytes `[start, end)` of the input buffer become the audio of an item; everything up to `end` leaves the buffer. */
  | { do: 'commit_audio'; item_id: string; start: number; end: number; format: RealtimeAudioFormat }
  /** Drop this many bytes from the front of the input buffer. */
  | { do: 'trim_audio'; bytes: number }
  /** Empty the input buffer; drop an incomplete sample. */
  | { do: 'clear_audio' }
  /**
   * Append base64 audio to the stored audio of an item's part: of an item that the client created, or of a response in
   * progress.
   */
  | { do: 'store_audio'; item_id: string; content_index: number; format: RealtimeAudioFormat; audio: string }
  /** Cut the stored audio of an item's part to this many bytes and store nothing more for it [TR4, TR10]. */
  | { do: 'cut_audio'; item_id: string; content_index: number; bytes: number }
  /** Drop the stored audio of an item, and its transcription unless `keep_transcription` is set. */
  | { do: 'drop_audio'; item_id: string; keep_transcription?: true }
  /**
   * Queue base64 audio of a response's part for playing to the client, in a call [WR4]. It may begin and end inside a
   * sample. It plays after all audio of responses that were queued earlier.
   */
  | {
      do: 'play_audio';
      response_id: string;
      item_id: string;
      content_index: number;
      format: RealtimeAudioFormat;
      audio: string;
    }
  /** No more audio follows for this response. Answered by `drained` when all of it was played, unless it is cleared. */
  | { do: 'end_playback'; response_id: string }
  /**
   * Drop all queued audio of all responses that is not on the wire, and play silence. Needs no answer. A response that
   * is still generated may not be queued again: the session drops its further audio.
   */
  | { do: 'clear_playback' }
  /** Settings of speech input from now on. Sent before any audio, and at every change. */
  | ({ do: 'configure_speech' } & SpeechSettings)
  /**
   * Restart turn detection, or turn it off. The host feeds it every appended chunk. In a step on `stopped`, detection
   * begins at the end of that turn: audio appended after it is detected with these settings.
   */
  | { do: 'detect'; turn_detection: RealtimeTurnDetection | null; format: RealtimeAudioFormat }
  /** A turn has begun at this position of the audio clock, padding included; it becomes the item with this id. */
  | { do: 'open_turn'; item_id: string; audio_start_ms: number }
  /** Transcribe the committed audio of an item. */
  | ({ do: 'transcribe'; item_id: string } & SpeechSettings & { transcription: AudioTranscription })
  /** Start an engine on this request. */
  | { do: 'respond'; request: ResponseRequest }
  /** Stop the engine of a response. */
  | { do: 'cancel'; response_id: string }
  /**
   * List the tools of this MCP server. Answered by `listed` or `list_failed`. `authorization` and `headers` are not
   * part of it [SE29].
   */
  | { do: 'list_tools'; item_id: string; tool: RealtimeMcpTool }
  /**
   * Call a tool once; never retry [MC15]. `arguments` is the text of a JSON object. `listing_id` is the `item_id` of
   * the listing that offered the tool, which distinguishes two servers with one label; `hash` is its definition at that
   * time. Answered by `called` or `call_failed`.
   */
  | {
      do: 'call_tool';
      item_id: string;
      listing_id: string;
      server_label: string;
      name: string;
      arguments: string;
      hash: string;
      may_repeat?: false;
    }
  /** Abort this listing or call. It needs no answer. */
  | { do: 'abort_tool'; item_id: string }
  /** Close the transports. `drain`: the server shuts down, the session did not end by itself. */
  | { do: 'close'; code: number; reason: string; drain?: true };
