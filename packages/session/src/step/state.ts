// State of a session between two inputs: plain JSON data, so `JSON.stringify(state)` is a snapshot.
//
// The host holds audio bytes; the state counts them. Transitions: `step.ts`.

import type {
  AudioTranscription,
  MaxOutputTokens,
  NoiseReduction,
  RealtimeAudioFormat,
  RealtimeConversationItem,
  RealtimeModality,
  RealtimePrompt,
  RealtimeReasoning,
  RealtimeTool,
  RealtimeToolChoice,
  RealtimeTracing,
  RealtimeTruncation,
  RealtimeTurnDetection,
  RealtimeUsage,
  RealtimeVoice,
} from '@colloquy/protocol';
import type { ResponseConfig } from './engine-event.ts';
import type { HashTable } from './hash-table.ts';
import type { IdSeed } from './ids.ts';
import type { ItemTable } from './item-table.ts';
import type {
  McpState,
  OutputApprovalRequest,
  OutputToolCall,
  PendingApproval,
  UnannouncedCall,
  WaitingRequest,
} from './mcp-state.ts';
import type { OutputAudioBuffer } from './output-audio-state.ts';
import type { TokenCounts } from './usage.ts';
import type { Speaking } from './voice-support.ts';

export type SessionKind = 'realtime' | 'transcription';

/** The effective configuration with all its required keys. Transcription sessions use `audio.input` and `include`. */
export interface SessionConfig {
  output_modalities: RealtimeModality[];
  instructions: string;
  /** Without `authorization` and `headers` [SE29]. */
  tools: RealtimeTool[];
  tool_choice: RealtimeToolChoice;
  max_output_tokens: MaxOutputTokens;
  tracing: RealtimeTracing | null;
  truncation: RealtimeTruncation;
  prompt: RealtimePrompt | null;
  include: string[] | null;
  parallel_tool_calls?: boolean;
  reasoning?: RealtimeReasoning;
  audio: {
    input: {
      format: RealtimeAudioFormat;
      transcription: AudioTranscription | null;
      noise_reduction: NoiseReduction | null;
      turn_detection: RealtimeTurnDetection | null;
    };
    output: { format: RealtimeAudioFormat; voice: RealtimeVoice; speed: number };
  };
}

/** Limits of a session. Sizes in bytes or characters, times in milliseconds. */
export interface SessionLimits {
  /** Maximum duration; then `session_expired` and close 1001 [SE28]. @default 3600000 */
  max_duration_ms: number;
  /** Maximum items [LM5]. @default 10000 */
  items: number;
  /** Stored content of a session [LM5]. Above 75% the oldest audio is dropped. @default 67108864 */
  content_bytes: number;
  /** Maximum uncommitted audio [LM4]. @default 900000 */
  buffer_ms: number;
  /** Maximum uncommitted audio in bytes [LM4]. @default 67108864 */
  buffer_bytes: number;
  /**
   * With turn detection on and no open turn, between once and twice this much of the latest audio stays in the buffer
   * [VA14]. @default 30000
   */
  silence_kept_ms: number;
  /** Concurrent out-of-band responses [OB10]. @default 8 */
  out_of_band: number;
  /** More refusals than this within `refusal_window_ms` end the session [LM10]. @default 100 */
  refusals: number;
  /** @default 10000 */
  refusal_window_ms: number;
  /** Timeout of a response's first engine event [RS38]. @default 30000 */
  first_output_ms: number;
  /** Timeout between two engine events. @default 30000 */
  output_idle_ms: number;
  /** Timeout of a whole response. @default 600000 */
  response_ms: number;
  /** Timeout of an MCP listing [MC17]. @default 30000 */
  tool_list_ms: number;
  /** Timeout of an MCP call; while one runs, `output_idle_ms` does not apply. @default 30000 */
  tool_call_ms: number;
  /** Maximum MCP calls of one response. @default 32 */
  tool_calls: number;
  /** Maximum length of a call's result. @default 1048576 */
  tool_result_characters: number;
  /** Time the client has to approve a call [MC11]. @default 300000 */
  approval_ms: number;
}

/** Defaults of a session. */
export interface SessionDefaults {
  instructions: string;
  voice: RealtimeVoice;
  transcription_model: string;
  /** Context limit of the engine in tokens: instructions, tools and items together [TR20]. */
  context_tokens: number;
  /**
   * Requests and tokens per minute, reported after each response and not enforced here [RS39]; `null` reports nothing.
   */
  rate_limits: { requests: number; tokens: number } | null;
}

/** Counters of the input audio buffer. The host holds the bytes. */
export interface InputBuffer {
  /** Uncommitted bytes, whole samples only: the latest on the audio clock. */
  readonly bytes: number;
  /** Bytes of an incomplete sample behind them [IB3]. Absent: none. */
  readonly partial?: number;
  /** Milliseconds on the audio clock before the present format was set [IB16]. */
  readonly earlier_ms: number;
  /** Bytes of whole samples appended in the present format. */
  readonly appended: number;
}

/** The user's open turn, between `speech_started` and `speech_stopped`. */
export interface Turn {
  readonly item_id: string;
  readonly audio_start_ms: number;
  /** The detector's settings have changed: restart it when the turn ends [SE23]. */
  readonly redetect?: true;
  /** Absent before the first transcription delta. */
  readonly sent?: SentTranscript;
}

/** Transcription deltas sent so far [TX19]. */
export interface SentTranscript {
  /** All deltas, joined. */
  readonly text: string;
  /** Trailing white space held back: sent before the next text, never first or last. */
  readonly blanks: string;
}

/** A valid create that waits for the active response to end [CV33]. */
export interface DeferredItem {
  readonly id: string;
  readonly item: RealtimeConversationItem;
  readonly audio: readonly number[] | null;
  readonly format: RealtimeAudioFormat | null;
  readonly size: number;
  /** As the client sent it. */
  readonly previous_item_id: string | null;
  readonly event_id: string | null;
  /** The approval request it answers; nothing else can answer it meanwhile [MC9]. */
  readonly approval: PendingApproval | null;
}

/** A transcription in progress. */
export interface PendingTranscription {
  readonly logprobs: boolean;
  readonly model: string;
  /** Duration of the item's audio. */
  readonly seconds: number;
  /** Absent before the first delta. */
  readonly sent?: SentTranscript;
}

/** The one part of a response's message. */
export interface OutputPart {
  readonly type: 'text' | 'audio';
  /** Text or transcript streamed so far. */
  readonly text: string;
  /** Bytes of audio sent so far. */
  readonly audio_bytes: number;
  /** Bytes of audio left after a truncation, `null` without one [TR10]. */
  readonly cut: number | null;
}

export interface OutputMessage {
  readonly type: 'message';
  readonly id: string;
  /** As announced; `null` if first or out of band. */
  readonly previous_item_id: string | null;
  readonly phase: string | null;
  readonly part: OutputPart | null;
}

export interface OutputCall {
  readonly type: 'function_call';
  readonly id: string;
  readonly previous_item_id: string | null;
  readonly name: string;
  readonly call_id: string;
  /** The engine's id for it. */
  readonly engine_call_id: string | null;
  readonly arguments: string;
}

export type OutputItem = OutputMessage | OutputCall | OutputToolCall | OutputApprovalRequest;

/** A response between `response.created` and `response.done`. */
export interface ResponseState {
  readonly id: string;
  readonly out_of_band: boolean;
  readonly config: ResponseConfig;
  /** `event_id` of the client's `response.create` [RS33]. */
  readonly event_id: string | null;
  readonly created_at: number;
  /** Time of the latest engine event, `null` before the first [RS38]. */
  readonly heard_at: number | null;
  readonly output: readonly OutputItem[];
  /** The engine is producing a call that is excluded: its arguments are dropped. */
  readonly call_ignored: boolean;
  /** Calls that need approval and are not announced yet. */
  readonly asking: readonly UnannouncedCall[];
  /** The engine is done, or there is none: MCP calls are running [MC13]. */
  readonly generated: boolean;
  /** Ids of closed items; the others close when the response ends. */
  readonly closed: readonly string[];
  /** The engine request, while it waits for listings; else `null`. */
  readonly waiting: WaitingRequest | null;
  readonly input_tokens: TokenCounts;
  readonly cached_tokens: TokenCounts;
  /** Characters of text, transcripts and arguments streamed. */
  readonly characters: number;
  readonly audio_bytes: number;
  /** The output audio buffer was cleared: audio of this response is no longer played [WR7]. */
  readonly audio_cleared?: true;
  /** Usage as the engine reported it. */
  readonly usage: RealtimeUsage | null;
  /** Ids of audio that the host stores only for this response's `input`. */
  readonly input_audio: readonly string[];
}

/** Context of the latest response, to compute the cached tokens of the next. */
export interface ContextTrace {
  /** Instructions and tools. */
  readonly preamble: string;
  /** Item ids and their token counts. */
  readonly items: readonly (readonly [id: string, tokens: TokenCounts])[];
}

export interface SessionState {
  readonly kind: SessionKind;
  readonly phase: 'new' | 'open' | 'draining' | 'closed';
  /** Milliseconds from the beginning of the session to the latest input. */
  readonly at: number;
  /** Unix milliseconds. */
  readonly started_at: number;
  readonly ids: IdSeed;
  readonly id: string;
  readonly conversation_id: string;
  /** Fixed at opening [SE14]. */
  readonly model: string;
  readonly config: SessionConfig;
  /** Dotted paths below `session` that no update may change [SE33]. */
  readonly locked: readonly string[];
  readonly limits: SessionLimits;
  readonly defaults: SessionDefaults;
  /** What the engine's voice supports; absent: everything. */
  readonly speaking?: Speaking;
  /** `false` if the host detects no turns: `turn_detection` is then always null [VA29]. */
  readonly detects_turns?: boolean;
  readonly items: ItemTable;
  /** By `call_id`: number of calls and outputs in the conversation, deferred ones included [CV20, CV21]. */
  readonly calls: HashTable<readonly [calls: number, outputs: number]>;
  /** Number of assistant items with audio [SE15]. */
  readonly spoken_items: number;
  /** No item before this one holds audio that could be dropped; `null` if none was dropped yet. */
  readonly oldest_audio: string | null;
  readonly deferred: readonly DeferredItem[];
  /** Ids of `deferred`. */
  readonly deferred_ids: HashTable<true>;
  readonly deferred_size: number;
  readonly buffer: InputBuffer;
  readonly turn: Turn | null;
  /** By item id. */
  readonly transcriptions: HashTable<PendingTranscription>;
  readonly responses: readonly ResponseState[];
  /** A turn ended during a response: respond to it afterwards [VA12]. */
  readonly response_queued: boolean;
  /** When the idle timer fires, or `null`; number of unanswered prompts in a row; whether it waits for playback [VA19 to VA24]. */
  readonly idle: { readonly due: number | null; readonly prompts: number; readonly after_playback?: true };
  /** Present in calls only. */
  readonly output_audio_buffer?: OutputAudioBuffer;
  readonly context_trace: ContextTrace | null;
  readonly mcp: McpState;
  /** Times of the latest refusals [LM10]. */
  readonly refusals: readonly number[];
  /** Used capacity of the rate limits, as of `at`. */
  readonly used: { readonly requests: number; readonly tokens: number; readonly at: number };
}
