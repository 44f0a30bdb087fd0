// Everything a session may be told, and everything it may ask of its host. All of it is data.

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

/** What the speech ports report. Positions are milliseconds of the audio clock, which counts all audio written in the session. */
export type SpeechEvent =
  /** Where the speech itself begins: the session takes off `prefix_padding_ms` [VA4]. */
  | { type: 'started'; audio_ms: number }
  /** Where the turn ends, the silence that ended it included [VA5]. */
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

/** A tool an MCP server listed. `hash` stands for its whole definition: another definition, another hash [MC11]. */
export type ListedTool = McpListToolEntry & { hash: string };

/** What the MCP servers report, by way of the host. `item_id` is the one the effect named. What comes late or twice is dropped. */
export type ToolsEvent =
  /** Ends a listing well. Said again later: the server's tools have changed, and approvals of the old ones are void [MC11]. */
  | { type: 'listed'; item_id: string; tools: ListedTool[] }
  /** `reason` is for the recording: the client is told of the failure alone [MC16]. */
  | { type: 'list_failed'; item_id: string; reason?: string }
  /** `output` is what the tool returned, as text. */
  | { type: 'called'; item_id: string; output: string }
  /** The error stands in the item as it is [MC14]: no secrets, no stack traces, at most 512 characters of message. */
  | { type: 'call_failed'; item_id: string; error: McpCallError };

/** What the host itself decides. */
export type HostEvent =
  /** The first input of every session. */
  | { type: 'open' }
  /** The server is shutting down: close when no response is active. */
  | { type: 'drain' }
  /** The client has gone. */
  | { type: 'close' };

/** One thing a session is told, and when. */
export type Input =
  | (At & { from: 'host'; event: HostEvent })
  /** A decoded event. `audio_bytes` counts, for each base64 audio of the event in order, the bytes it stands for. */
  | (At & { from: 'client'; event: ClientEvent; audio_bytes?: number[] })
  /** A frame that could not be decoded, and its `event_id` if it had one. */
  | (At & { from: 'wire'; issue: Issue; event_id: string | null })
  | (At & { from: 'speech'; event: SpeechEvent })
  | (At & { from: 'tools'; event: ToolsEvent })
  | (At & { from: 'engine'; response_id: string; event: EngineEvent })
  /** Nothing but the time; due at `deadline(state)`. */
  | (At & { from: 'clock' });

/** How a session wants its input audio heard. */
export interface SpeechSettings {
  /** Null: nobody reads what the user says; an engine may still ask for it. */
  transcription: AudioTranscription | null;
  /** Whether transcriptions are to come with log probabilities, where the transcriber gives them [TX9]. */
  logprobs: boolean;
  /** Applied before audio is detected or transcribed [IB18, IB21]. */
  noise_reduction: NoiseReduction | null;
}

/** What a session asks its host to do, in order. Each carries all that it takes to do it. */
export type Effect =
  /** Encode this event and send it. `fill_audio`: put the stored audio into the item's parts first [CV29]. */
  | { do: 'send'; event: ServerEvent; fill_audio?: boolean }
  /** Base64 of audio that joins the input buffer. It may begin and end inside a sample [IB3]. */
  | { do: 'append_audio'; audio: string }
  /** Bytes `[start, end)` of the input buffer become the audio of an item; everything up to `end` leaves the buffer. */
  | { do: 'commit_audio'; item_id: string; start: number; end: number; format: RealtimeAudioFormat }
  /** So many bytes leave the front of the input buffer. */
  | { do: 'trim_audio'; bytes: number }
  /** The input buffer is emptied; a sample that is not whole yet will not be continued. */
  | { do: 'clear_audio' }
  /** Base64 of audio that joins what is stored for an item's part: of an item the client created, or of an answer as it is made. */
  | { do: 'store_audio'; item_id: string; content_index: number; format: RealtimeAudioFormat; audio: string }
  /** The stored audio of an item's part is cut to so many bytes, and nothing more is stored for it [TR4, TR10]. */
  | { do: 'cut_audio'; item_id: string; content_index: number; bytes: number }
  /** The stored audio of an item is dropped, and its transcription with it unless the item stays. */
  | { do: 'drop_audio'; item_id: string; keep_transcription?: true }
  /** The settings of speech input, from now on. Sent before any audio, and at every change. */
  | ({ do: 'configure_speech' } & SpeechSettings)
  /**
   * Turn detection is set up anew, or off. The host feeds it every appended chunk. In a step on `stopped`, it begins where that
   * turn ends: what was appended behind its end is detected by these settings.
   */
  | { do: 'detect'; turn_detection: RealtimeTurnDetection | null; format: RealtimeAudioFormat }
  /** A turn has begun at this position of the audio clock, padding included; it becomes the item of this id. */
  | { do: 'open_turn'; item_id: string; audio_start_ms: number }
  /** Transcribe the committed audio of an item. */
  | ({ do: 'transcribe'; item_id: string } & SpeechSettings & { transcription: AudioTranscription })
  /** Start an engine on this. */
  | { do: 'respond'; request: ResponseRequest }
  /** Stop the engine of a response. */
  | { do: 'cancel'; response_id: string }
  /** List the tools of this MCP server. Answered by `listed` or `list_failed`; `authorization` and `headers` never pass through here [SE29]. */
  | { do: 'list_tools'; item_id: string; tool: RealtimeMcpTool }
  /**
   * Call a tool, once: never again, whatever becomes of it [MC15]. `arguments` is the text of a JSON object. `listing_id` is the
   * `item_id` of the listing that offered it, which tells two servers of one label apart; `hash` is the definition it was offered
   * with. Answered by `called` or `call_failed`.
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
  /** Nobody waits for this listing or call any more. No answer is due. */
  | { do: 'abort_tool'; item_id: string }
  /** Close the connections. `drain`: because the server goes, not the session. */
  | { do: 'close'; code: number; reason: string; drain?: true };
