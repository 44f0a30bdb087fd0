// What a session is between two inputs: plain JSON data, so that `JSON.stringify(state)` is its snapshot.
//
// Bytes stay with the host; the state counts them. How a state changes is `step.ts` and the files of its nouns.

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
  UnaskedCall,
  WaitingRequest,
} from './mcp-state.ts';
import type { TokenCounts } from './usage.ts';
import type { Speaking } from './voice-support.ts';

export type SessionKind = 'realtime' | 'transcription';

/** The effective configuration, every key that a session always states. Transcription sessions use `audio.input` and `include`. */
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

/** How much and how long. Sizes in bytes or characters, times in milliseconds. */
export interface SessionLimits {
  /** Then `session_expired` and close 1001 [SE28]. @default 3600000 */
  max_duration_ms: number;
  /** [LM5] @default 10000 */
  items: number;
  /** Stored content of a session [LM5]. Past three quarters of it the oldest audio is given up. @default 67108864 */
  content_bytes: number;
  /** Uncommitted audio [LM4]. @default 900000 */
  buffer_ms: number;
  /** [LM4] @default 67108864 */
  buffer_bytes: number;
  /** With turn detection on and no turn open, at least this much of the latest audio stays in the buffer, and at most twice [VA14]. @default 30000 */
  silence_kept_ms: number;
  /** Out-of-band responses at once [OB10]. @default 8 */
  out_of_band: number;
  /** More refusals than this within `refusal_window_ms` end the session [LM10]. @default 100 */
  refusals: number;
  /** @default 10000 */
  refusal_window_ms: number;
  /** A response's first piece must come within this [RS38]. @default 30000 */
  first_output_ms: number;
  /** And each further one within this. @default 30000 */
  output_idle_ms: number;
  /** And its end within this. @default 600000 */
  response_ms: number;
  /** An MCP server lists its tools within this [MC17]. @default 30000 */
  tool_list_ms: number;
  /** And answers a call within this; no other limit on silence holds while it is running. @default 30000 */
  tool_call_ms: number;
  /** Calls of one response on MCP servers. @default 32 */
  tool_calls: number;
  /** Longest result of a call. @default 1048576 */
  tool_result_characters: number;
  /** How long the client may take to approve a call [MC11]. @default 300000 */
  approval_ms: number;
}

/** What a session takes when nobody says otherwise. */
export interface SessionDefaults {
  instructions: string;
  voice: RealtimeVoice;
  transcription_model: string;
  /** Tokens an engine takes in: instructions, tools and items together [TR20]. */
  context_tokens: number;
  /** Requests and tokens per minute, reported after each response and not enforced here [RS39]; `null` reports nothing. */
  rate_limits: { requests: number; tokens: number } | null;
}

/** The input buffer, counted. The host has the bytes. */
export interface InputBuffer {
  /** Bytes not yet committed, whole samples only: the latest ones on the audio clock. */
  readonly bytes: number;
  /** Bytes behind them of a sample whose rest has not come [IB3]. Absent: none. */
  readonly partial?: number;
  /** Milliseconds on the audio clock before the present format was set [IB16]. */
  readonly earlier_ms: number;
  /** All bytes of whole samples appended in the present format. */
  readonly appended: number;
}

/** The user's open turn: between `speech_started` and `speech_stopped`. */
export interface Turn {
  readonly item_id: string;
  readonly audio_start_ms: number;
  /** The detector's settings were changed meanwhile: it gets them when the turn is over [SE23]. */
  readonly redetect?: true;
  /** Absent before the first delta of its transcription. */
  readonly sent?: SentTranscript;
}

/** What of a transcription has been sent as deltas [TX19]. */
export interface SentTranscript {
  /** All deltas, joined. */
  readonly text: string;
  /** Blanks held back: sent before the next text, never at the beginning or the end. */
  readonly blanks: string;
}

/** A valid create that waits for the active response to end [CV33]. */
export interface DeferredItem {
  readonly id: string;
  readonly item: RealtimeConversationItem;
  readonly audio: readonly number[] | null;
  readonly format: RealtimeAudioFormat | null;
  readonly size: number;
  /** As the client said it. */
  readonly previous_item_id: string | null;
  readonly event_id: string | null;
  /** The request that it answers, which nothing else can answer meanwhile [MC9]. */
  readonly approval: PendingApproval | null;
}

/** A transcription that has not ended. */
export interface PendingTranscription {
  readonly logprobs: boolean;
  readonly model: string;
  /** Of the item's audio. */
  readonly seconds: number;
  /** Absent before the first delta. */
  readonly sent?: SentTranscript;
}

/** The one part of a message a response makes. */
export interface OutputPart {
  readonly type: 'text' | 'audio';
  /** Text, or transcript, as streamed so far. */
  readonly text: string;
  /** Bytes of audio sent so far. */
  readonly audio_bytes: number;
  /** Bytes of audio kept after a truncation, `null` when there was none [TR10]. */
  readonly cut: number | null;
}

export interface OutputMessage {
  readonly type: 'message';
  readonly id: string;
  /** As announced; `null` when first or out of band. */
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
  /** What the engine calls it. */
  readonly engine_call_id: string | null;
  readonly arguments: string;
}

export type OutputItem = OutputMessage | OutputCall | OutputToolCall | OutputApprovalRequest;

/** A response from `response.created` until its `response.done`. */
export interface ResponseState {
  readonly id: string;
  readonly out_of_band: boolean;
  readonly config: ResponseConfig;
  /** The client's `event_id` of the `response.create` [RS33]. */
  readonly event_id: string | null;
  readonly created_at: number;
  /** When the engine was last heard, `null` until it was [RS38]. */
  readonly heard_at: number | null;
  readonly output: readonly OutputItem[];
  /** A call that may not be made is being produced: its arguments go nowhere. */
  readonly call_ignored: boolean;
  /** Calls that need approval and are not announced yet. */
  readonly asking: readonly UnaskedCall[];
  /** The engine has said that it is done, or there is none: tools of MCP servers are running [MC13]. */
  readonly generated: boolean;
  /** Ids of the items that are closed already; the others are when the response ends. */
  readonly closed: readonly string[];
  /** What the engine will be asked when the listings it waits for have ended, `null` once it has been. */
  readonly waiting: WaitingRequest | null;
  readonly input_tokens: TokenCounts;
  readonly cached_tokens: TokenCounts;
  /** Characters of text, transcripts and arguments streamed. */
  readonly characters: number;
  readonly audio_bytes: number;
  /** The engine's own numbers. */
  readonly usage: RealtimeUsage | null;
  /** Ids under which the host keeps audio of the `input` of this response only. */
  readonly input_audio: readonly string[];
}

/** The context of the latest response, to tell what the next one shares with it. */
export interface ContextTrace {
  /** Stands for instructions and tools. */
  readonly preamble: string;
  /** Item ids and what they counted for. */
  readonly items: readonly (readonly [id: string, tokens: TokenCounts])[];
}

export interface SessionState {
  readonly kind: SessionKind;
  readonly phase: 'new' | 'open' | 'draining' | 'closed';
  /** Milliseconds since the session began, of the latest input. */
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
  /** What the engine's voice can do; absent where it takes whatever it is asked for. */
  readonly speaking?: Speaking;
  /** `false` where the host detects no turns: `turn_detection` is then always null [VA29]. */
  readonly detects_turns?: boolean;
  readonly items: ItemTable;
  /** By `call_id`: how many calls and how many outputs the conversation holds, deferred ones included [CV20, CV21]. */
  readonly calls: HashTable<readonly [calls: number, outputs: number]>;
  /** Assistant items that hold audio [SE15]. */
  readonly spoken_items: number;
  /** No item before this one holds audio that could be given up; `null` when none has been so far. */
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
  /** A turn ended during a response: answer it afterwards [VA12]. */
  readonly response_queued: boolean;
  /** When the idle timer goes off, or `null`; how many prompts in a row stayed unanswered [VA19 to VA24]. */
  readonly idle: { readonly due: number | null; readonly prompts: number };
  readonly context_trace: ContextTrace | null;
  readonly mcp: McpState;
  /** When the latest refusals were [LM10]. */
  readonly refusals: readonly number[];
  /** What is used of the rate limits, as of `at`. */
  readonly used: { readonly requests: number; readonly tokens: number; readonly at: number };
}
