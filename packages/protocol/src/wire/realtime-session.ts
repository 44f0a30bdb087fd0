// Session configuration: requests of clients and the server's session objects, for realtime and transcription sessions. Tools,
// audio formats, turn detection, client secrets. Translation sessions: `realtime-translation`.

import {
  array,
  boolean,
  choice,
  either,
  expected,
  integer,
  json,
  jsonObject,
  literal,
  nullable,
  nullish,
  number,
  object,
  optional,
  record,
  type Schema,
  secret,
  string,
  variants,
} from '../schema/schema.ts';
import type { ImageDetail } from './realtime-conversation.ts';

// ---- Audio ----

/** Encoding of audio. `audio/pcm` is 16-bit little-endian mono at 24 kHz; the G.711 forms are 8 kHz mono. */
export type RealtimeAudioFormat =
  | { type: 'audio/pcm'; rate?: number }
  | { type: 'audio/pcmu' }
  | { type: 'audio/pcma' };
type Format<T extends RealtimeAudioFormat['type']> = Extract<RealtimeAudioFormat, { type: T }>;
export const RealtimeAudioFormat: Schema<RealtimeAudioFormat> = variants<RealtimeAudioFormat>({
  'audio/pcm': object<Format<'audio/pcm'>>({
    type: literal('audio/pcm'),
    rate: optional(integer({ min: 24000, max: 24000, official: true })),
  }),
  'audio/pcmu': object<Format<'audio/pcmu'>>({ type: literal('audio/pcmu') }),
  'audio/pcma': object<Format<'audio/pcma'>>({ type: literal('audio/pcma') }),
});

/** What to clean from the user's audio before turn detection hears it. */
export interface NoiseReduction {
  type: 'near_field' | 'far_field';
}
export const NoiseReduction: Schema<NoiseReduction> = object<NoiseReduction>({
  type: choice('near_field', 'far_field'),
});

/** How the user's audio is transcribed. Absent keys are the recogniser's to choose. */
export interface AudioTranscription {
  model?: string;
  /** ISO-639-1. A server states `null` when unset. */
  language?: string | null;
  /** Key words for `whisper-1`, free text for others. A server states `null` when unset. */
  prompt?: string | null;
  /** At least one. A client takes it back with `null`, and `keywords` and `delay` likewise [SE8]. */
  languages?: string[] | null;
  keywords?: string[] | null;
  delay?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | null;
}
export const AudioTranscription: Schema<AudioTranscription> = object<AudioTranscription>({
  model: optional(string()),
  language: optional(nullable(string())),
  prompt: optional(nullable(secret('words'))),
  languages: nullish(array(string(), { min: 1 })),
  keywords: nullish(array(secret('words'))),
  delay: nullish(choice('minimal', 'low', 'medium', 'high', 'xhigh')),
});

/** Turns are told apart by silence. */
export interface ServerVad {
  type: 'server_vad';
  /** 0 to 1. @default 0.5 */
  threshold?: number;
  /** Milliseconds of audio kept from before the speech. @default 300 */
  prefix_padding_ms?: number;
  /** Milliseconds of silence that end a turn. @default 500 */
  silence_duration_ms?: number;
  /** 5000 to 30000 milliseconds, `null` for never. @default null */
  idle_timeout_ms?: number | null;
  /** @default true */
  create_response?: boolean;
  /** @default true */
  interrupt_response?: boolean;
}

/** Turns are told apart by what was said. */
export interface SemanticVad {
  type: 'semantic_vad';
  /** Bounds the longest wait after speech: low 8 s, medium and auto 4 s, high 2 s. @default 'auto' */
  eagerness?: 'low' | 'medium' | 'high' | 'auto';
  /** @default true */
  create_response?: boolean;
  /** @default true */
  interrupt_response?: boolean;
}

export type RealtimeTurnDetection = ServerVad | SemanticVad;
export const RealtimeTurnDetection: Schema<RealtimeTurnDetection> = variants<RealtimeTurnDetection>({
  server_vad: object<ServerVad>({
    type: literal('server_vad'),
    threshold: optional(number({ min: 0, max: 1 })),
    prefix_padding_ms: optional(integer({ min: 0 })),
    silence_duration_ms: optional(integer({ min: 0 })),
    idle_timeout_ms: optional(nullable(integer({ min: 5000, max: 30_000, official: true }))),
    create_response: optional(boolean()),
    interrupt_response: optional(boolean()),
  }),
  semantic_vad: object<SemanticVad>({
    type: literal('semantic_vad'),
    eagerness: optional(choice('low', 'medium', 'high', 'auto')),
    create_response: optional(boolean()),
    interrupt_response: optional(boolean()),
  }),
});

export interface RealtimeAudioInput {
  format?: RealtimeAudioFormat;
  /** `null` is off. */
  transcription?: AudioTranscription | null;
  /** `null` is off. */
  noise_reduction?: NoiseReduction | null;
  /** `null` is off: the client commits and asks for responses itself. */
  turn_detection?: RealtimeTurnDetection | null;
}
export const RealtimeAudioInput: Schema<RealtimeAudioInput> = object<RealtimeAudioInput>({
  format: optional(RealtimeAudioFormat),
  transcription: optional(nullable(AudioTranscription)),
  noise_reduction: optional(nullable(NoiseReduction)),
  turn_detection: optional(nullable(RealtimeTurnDetection)),
});

/** A voice by name, or a custom one by id. */
export type RealtimeVoice = string | { id: string };
export const RealtimeVoice: Schema<RealtimeVoice> = either(string(), object<{ id: string }>({ id: string() }, 'never'));

export interface RealtimeAudioOutput {
  format?: RealtimeAudioFormat;
  /** Fixed once the conversation holds assistant audio [SE15]. */
  voice?: RealtimeVoice;
  /** 0.25 to 1.5. @default 1 */
  speed?: number;
}
export const RealtimeAudioOutput: Schema<RealtimeAudioOutput> = object<RealtimeAudioOutput>({
  format: optional(RealtimeAudioFormat),
  voice: optional(RealtimeVoice),
  speed: optional(number({ min: 0.25, max: 1.5, official: true })),
});

export interface RealtimeAudioConfig {
  input?: RealtimeAudioInput;
  output?: RealtimeAudioOutput;
}
export const RealtimeAudioConfig: Schema<RealtimeAudioConfig> = object<RealtimeAudioConfig>({
  input: optional(RealtimeAudioInput),
  output: optional(RealtimeAudioOutput),
});

// ---- Tools ----

/** A function the client can call. */
export interface RealtimeFunctionTool {
  type: 'function';
  /** `[A-Za-z0-9_-]{1,64}` */
  name: string;
  description?: string;
  /** JSON Schema of the arguments, kept to the letter. */
  parameters?: Record<string, unknown>;
}

/** Which tools of an MCP server are meant. */
export interface McpToolFilter {
  tool_names?: string[];
  read_only?: boolean;
}
export const McpToolFilter: Schema<McpToolFilter> = object<McpToolFilter>(
  { tool_names: optional(array(string())), read_only: optional(boolean()) },
  'never',
);

/** Which calls wait for the client's approval, by filter. */
export interface McpApprovalFilter {
  always?: McpToolFilter;
  never?: McpToolFilter;
}

/** An MCP server whose tools the model may use. */
export interface RealtimeMcpTool {
  type: 'mcp';
  /** `[A-Za-z0-9_-]{1,64}` */
  server_label: string;
  server_url?: string;
  connector_id?: string;
  tunnel_id?: string;
  /** Write-only: never stated by a server [SE29]. */
  authorization?: string;
  server_description?: string;
  /** Write-only: never stated by a server [SE29]. */
  headers?: Record<string, string> | null;
  allowed_tools?: string[] | McpToolFilter | null;
  allowed_callers?: ('direct' | 'programmatic')[] | null;
  /** @default 'always' */
  require_approval?: 'always' | 'never' | McpApprovalFilter | null;
  defer_loading?: boolean;
}

export type RealtimeTool = RealtimeFunctionTool | RealtimeMcpTool;

export const RealtimeFunctionTool: Schema<RealtimeFunctionTool> = object<RealtimeFunctionTool>({
  type: literal('function'),
  name: string(),
  description: optional(secret('words')),
  parameters: optional(jsonObject()),
});

export const RealtimeMcpTool: Schema<RealtimeMcpTool> = object<RealtimeMcpTool>({
  type: literal('mcp'),
  server_label: string(),
  server_url: optional(string()),
  connector_id: optional(
    choice(
      'connector_dropbox',
      'connector_gmail',
      'connector_googlecalendar',
      'connector_googledrive',
      'connector_microsoftteams',
      'connector_outlookcalendar',
      'connector_outlookemail',
      'connector_sharepoint',
    ) as Schema<string>,
  ),
  tunnel_id: optional(string({ pattern: /^tunnel_[a-z0-9]{32}$/, official: true })),
  authorization: optional(secret('key')),
  server_description: optional(secret('words')),
  headers: optional(nullable(record(secret('key')))),
  allowed_tools: optional(nullable(either(array(string()), McpToolFilter))),
  allowed_callers: optional(nullable(array(choice('direct', 'programmatic'), { min: 1 }))),
  require_approval: optional(
    nullable(
      either(
        choice('always', 'never'),
        object<McpApprovalFilter>({ always: optional(McpToolFilter), never: optional(McpToolFilter) }, 'never'),
      ),
    ),
  ),
  defer_loading: optional(boolean()),
});

export const RealtimeTool: Schema<RealtimeTool> = variants<RealtimeTool>({
  function: RealtimeFunctionTool,
  mcp: RealtimeMcpTool,
});

/** Most tools a session or a response may name [SE31]. */
export const MAX_TOOLS = 128;
export const RealtimeTools: Schema<RealtimeTool[]> = array(RealtimeTool, { max: MAX_TOOLS });

/** Whether the model must, may or must not call a tool. @default 'auto' */
export type RealtimeToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | { type: 'function'; name: string }
  | { type: 'mcp'; server_label: string; name?: string | null };

type NamedToolChoice = Exclude<RealtimeToolChoice, string>;
export const RealtimeToolChoice: Schema<RealtimeToolChoice> = either(
  choice('none', 'auto', 'required'),
  variants<NamedToolChoice>({
    function: object<Extract<NamedToolChoice, { type: 'function' }>>({ type: literal('function'), name: string() }),
    mcp: object<Extract<NamedToolChoice, { type: 'mcp' }>>({
      type: literal('mcp'),
      server_label: string(),
      name: optional(nullable(string())),
    }),
  }),
);

// ---- The rest of a session ----

/** What an answer is made of: exactly `["audio"]` or exactly `["text"]` [SE19]. */
export type RealtimeModality = 'text' | 'audio';
export const RealtimeModalities: Schema<RealtimeModality[]> = array(choice('text', 'audio'));

/** 1 to 4096, or `inf`. */
export type MaxOutputTokens = number | 'inf';
export const MaxOutputTokens: Schema<MaxOutputTokens> = either(integer({ min: 1, max: 4096 }), literal('inf'));

export interface RealtimeReasoning {
  effort?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
}
export const RealtimeReasoning: Schema<RealtimeReasoning> = object<RealtimeReasoning>({
  effort: optional(choice('minimal', 'low', 'medium', 'high', 'xhigh')),
});

/** What to do when the context grows past the model's limit [TR20 to TR22]. @default 'auto' */
export type RealtimeTruncation = 'auto' | 'disabled' | RetentionRatioTruncation;
export interface RetentionRatioTruncation {
  type: 'retention_ratio';
  /** 0 to 1: the share of the limit that stays. */
  retention_ratio: number;
  /** Limits in tokens in place of the model's. */
  token_limits?: { post_instructions?: number };
}
export const RealtimeTruncation: Schema<RealtimeTruncation> = either(
  choice('auto', 'disabled'),
  object<RetentionRatioTruncation>({
    type: literal('retention_ratio'),
    retention_ratio: number({ min: 0, max: 1, official: true }),
    token_limits: optional(
      object<{ post_instructions?: number }>({ post_instructions: optional(integer({ min: 0, official: true })) }),
    ),
  }),
);

/** `auto`, or names under which a trace is kept. Cannot change once on [SE18]. */
export type RealtimeTracing =
  | 'auto'
  | { workflow_name?: string; group_id?: string; metadata?: Record<string, unknown> };
export const RealtimeTracing: Schema<RealtimeTracing> = either(
  literal('auto'),
  object<Exclude<RealtimeTracing, string>>({
    workflow_name: optional(string()),
    group_id: optional(string()),
    metadata: optional(jsonObject({ secret: 'words' })),
  }),
);

/** Marks where a prompt's cache should end. */
export interface PromptCacheBreakpoint {
  mode: 'explicit';
}

/** What a prompt's variable stands for: text, or text, an image or a file as an object. */
export type PromptVariable =
  | string
  | { type: 'input_text'; text: string; prompt_cache_breakpoint?: PromptCacheBreakpoint }
  | {
      type: 'input_image';
      prompt_cache_breakpoint?: PromptCacheBreakpoint;
      /** Required by the official schema; its clients leave it out [CD13]. */
      detail?: ImageDetail | 'original';
      image_url?: string | null;
      file_id?: string | null;
    }
  | {
      type: 'input_file';
      prompt_cache_breakpoint?: PromptCacheBreakpoint;
      detail?: ImageDetail;
      file_id?: string | null;
      filename?: string;
      /** Base64. */
      file_data?: string;
      file_url?: string;
    };
type PromptInput<T extends string> = Extract<PromptVariable, { type: T }>;
const cited = nullable(string());
const prompt_cache_breakpoint = optional(object<PromptCacheBreakpoint>({ mode: literal('explicit') }, 'keep'));
export const PromptVariable: Schema<PromptVariable> = either(
  secret('words'),
  variants<Exclude<PromptVariable, string>>({
    input_text: object<PromptInput<'input_text'>>(
      { type: literal('input_text'), text: secret('words'), prompt_cache_breakpoint },
      'keep',
    ),
    input_image: object<PromptInput<'input_image'>>(
      {
        type: literal('input_image'),
        detail: expected(choice('auto', 'low', 'high', 'original')),
        image_url: optional(nullable(secret('media'))),
        file_id: optional(cited),
        prompt_cache_breakpoint,
      },
      'keep',
    ),
    input_file: object<PromptInput<'input_file'>>(
      {
        type: literal('input_file'),
        detail: optional(choice('auto', 'low', 'high')),
        file_id: optional(cited),
        prompt_cache_breakpoint,
        filename: optional(string()),
        file_data: optional(secret('media')),
        file_url: optional(string()),
      },
      'keep',
    ),
  }),
);

/** A stored prompt by id. */
export interface RealtimePrompt {
  id: string;
  version?: string | null;
  variables?: Record<string, PromptVariable> | null;
}
export const RealtimePrompt: Schema<RealtimePrompt> = object<RealtimePrompt>({
  id: string(),
  version: optional(nullable(string())),
  variables: optional(nullable(record(PromptVariable))),
});

export const RealtimeInclude: Schema<string[]> = array(
  choice('item.input_audio_transcription.logprobs') as Schema<string>,
);

/** Instructions a client may give, in UTF-16 code units [LM5]. */
export const MAX_INSTRUCTIONS = 256 * 1024;

/** A realtime session as a client asks for it: every field but `type` optional, absent means "as it is" [SE6]. */
export interface RealtimeSessionUpdate {
  type: 'realtime';
  /** Echoed back by some clients; ignored [SE34]. */
  object?: string;
  /** Ignored [SE34]. */
  id?: string;
  /** Only at opening; ignored later [SE14]. */
  model?: string;
  output_modalities?: RealtimeModality[];
  /** `""` restores the server's default [SE10]. */
  instructions?: string;
  tools?: RealtimeTool[];
  tool_choice?: RealtimeToolChoice;
  max_output_tokens?: MaxOutputTokens;
  tracing?: RealtimeTracing | null;
  truncation?: RealtimeTruncation;
  prompt?: RealtimePrompt | null;
  /** Ignored [SE34]. */
  expires_at?: number;
  audio?: RealtimeAudioConfig;
  include?: string[] | null;
  parallel_tool_calls?: boolean;
  /** `null` takes it back [SE8]. */
  reasoning?: RealtimeReasoning | null;
}
export const RealtimeSessionUpdate: Schema<RealtimeSessionUpdate> = object<RealtimeSessionUpdate>({
  type: literal('realtime'),
  object: optional(string()),
  id: optional(string()),
  model: optional(string()),
  output_modalities: optional(RealtimeModalities),
  instructions: optional(string({ secret: 'words', max: MAX_INSTRUCTIONS })),
  tools: optional(RealtimeTools),
  tool_choice: optional(RealtimeToolChoice),
  max_output_tokens: optional(MaxOutputTokens),
  tracing: optional(nullable(RealtimeTracing)),
  truncation: optional(RealtimeTruncation),
  prompt: optional(nullable(RealtimePrompt)),
  expires_at: optional(integer()),
  audio: optional(RealtimeAudioConfig),
  include: optional(nullable(RealtimeInclude)),
  parallel_tool_calls: optional(boolean()),
  reasoning: nullish(RealtimeReasoning),
});

/** A transcription session as a client asks for it: input audio only. */
export interface TranscriptionSessionUpdate {
  type: 'transcription';
  object?: string;
  id?: string;
  expires_at?: number;
  audio?: { input?: RealtimeAudioInput };
  include?: string[] | null;
}
export const TranscriptionSessionUpdate: Schema<TranscriptionSessionUpdate> = object<TranscriptionSessionUpdate>({
  type: literal('transcription'),
  object: optional(string()),
  id: optional(string()),
  expires_at: optional(integer()),
  audio: optional(object<{ input?: RealtimeAudioInput }>({ input: optional(RealtimeAudioInput) })),
  include: optional(nullable(RealtimeInclude)),
});

/** What `session.update` may carry; a translation session has events of its own. */
export type SessionUpdateConfig = RealtimeSessionUpdate | TranscriptionSessionUpdate;
export const SessionUpdateConfig: Schema<SessionUpdateConfig> = variants<SessionUpdateConfig>({
  realtime: RealtimeSessionUpdate,
  transcription: TranscriptionSessionUpdate,
});

/**
 * A realtime session as a server states it. Every key a Colloquy server always sends is required here except where other
 * servers leave it out; see `docs/spec/wire.md` 7.1.
 */
export interface RealtimeSession {
  type: 'realtime';
  object: 'realtime.session';
  id: string;
  model?: string;
  output_modalities?: RealtimeModality[];
  instructions?: string;
  tools?: RealtimeTool[];
  tool_choice?: RealtimeToolChoice;
  max_output_tokens?: MaxOutputTokens;
  tracing?: RealtimeTracing | null;
  truncation?: RealtimeTruncation;
  prompt?: RealtimePrompt | null;
  /** Unix seconds; 0 in the answer that mints a client secret. */
  expires_at?: number;
  audio?: RealtimeAudioConfig;
  include?: string[] | null;
  parallel_tool_calls?: boolean;
  reasoning?: RealtimeReasoning;
}
export const RealtimeSession: Schema<RealtimeSession> = object<RealtimeSession>(
  {
    type: literal('realtime'),
    object: literal('realtime.session'),
    id: string(),
    model: optional(string()),
    output_modalities: optional(RealtimeModalities),
    instructions: optional(secret('words')),
    tools: optional(array(RealtimeTool)),
    tool_choice: optional(RealtimeToolChoice),
    max_output_tokens: optional(MaxOutputTokens),
    tracing: optional(nullable(RealtimeTracing)),
    truncation: optional(RealtimeTruncation),
    prompt: optional(nullable(RealtimePrompt)),
    expires_at: optional(integer()),
    audio: optional(RealtimeAudioConfig),
    include: optional(nullable(RealtimeInclude)),
    parallel_tool_calls: optional(boolean()),
    reasoning: optional(RealtimeReasoning),
  },
  'keep',
);

/** A transcription session as a server states it [SE32]. */
export interface TranscriptionSession {
  type: 'transcription';
  /** `realtime.transcription_session` */
  object: string;
  id: string;
  /** Unix seconds. */
  expires_at?: number;
  audio?: { input?: RealtimeAudioInput };
  include?: string[] | null;
}
export const TranscriptionSession: Schema<TranscriptionSession> = object<TranscriptionSession>(
  {
    type: literal('transcription'),
    object: string(),
    id: string(),
    expires_at: optional(integer()),
    audio: optional(object<{ input?: RealtimeAudioInput }>({ input: optional(RealtimeAudioInput) })),
    include: optional(nullable(RealtimeInclude)),
  },
  'keep',
);

/** A session as `session.created` and `session.updated` state it. Servers of the beta leave `type` out [CD13]. */
export type SessionObject = RealtimeSession | TranscriptionSession;
export const SessionObject: Schema<SessionObject> = variants<SessionObject>(
  { realtime: RealtimeSession, transcription: TranscriptionSession },
  { mayLackTag: true },
);

// ---- Client secrets (REST) ----

/** Body of `POST /v1/realtime/client_secrets`. */
export interface CreateClientSecretRequest {
  /** When the secret stops opening sessions. `seconds` 10 to 7200. @default 600 */
  expires_after?: { anchor?: 'created_at'; seconds?: number };
  /** The configuration sessions opened with the secret start from. */
  session?: SessionUpdateConfig;
}
export const CreateClientSecretRequest: Schema<CreateClientSecretRequest> = object<CreateClientSecretRequest>({
  expires_after: optional(
    object<{ anchor?: 'created_at'; seconds?: number }>({
      anchor: optional(literal('created_at')),
      seconds: optional(integer({ min: 10, max: 7200, official: true })),
    }),
  ),
  session: optional(SessionUpdateConfig),
});

/** Answer of `POST /v1/realtime/client_secrets`. */
export interface CreateClientSecretResponse {
  /** `ek_…`, shown once. */
  value: string;
  /** Unix seconds. */
  expires_at: number;
  session: SessionObject;
}
export const CreateClientSecretResponse: Schema<CreateClientSecretResponse> = object<CreateClientSecretResponse>(
  { value: secret('key'), expires_at: integer(), session: SessionObject },
  'keep',
);

// ---- Calls (REST; WebRTC and SIP) ----

/** The JSON part of `POST /v1/realtime/calls`, beside the part `sdp`. */
export interface CallCreateRequest {
  sdp: string;
  session?: RealtimeSessionUpdate;
}
export const CallCreateRequest: Schema<CallCreateRequest> = object<CallCreateRequest>(
  {
    sdp: string(),
    session: optional(RealtimeSessionUpdate),
  },
  'never',
);

/** Body of `POST /v1/realtime/calls/{call_id}/reject`. @default 603 */
export interface CallRejectRequest {
  status_code?: number;
}
export const CallRejectRequest: Schema<CallRejectRequest> = object<CallRejectRequest>(
  {
    status_code: optional(integer()),
  },
  'never',
);

/** Body of `POST /v1/realtime/calls/{call_id}/refer`. `target_uri` is a `tel:` or `sip:` URI. */
export interface CallReferRequest {
  target_uri: string;
}
export const CallReferRequest: Schema<CallReferRequest> = object<CallReferRequest>(
  { target_uri: secret('words') },
  'never',
);

/** Webhook `realtime.call.incoming`. */
export interface CallIncomingWebhook {
  id: string;
  object?: 'event';
  type: 'realtime.call.incoming';
  /** Unix seconds. */
  created_at: number;
  data: { call_id: string; sip_headers: { name: string; value: string }[] };
}
export const CallIncomingWebhook: Schema<CallIncomingWebhook> = object<CallIncomingWebhook>(
  {
    id: string(),
    object: optional(literal('event')),
    type: literal('realtime.call.incoming'),
    created_at: integer(),
    data: object<CallIncomingWebhook['data']>({
      call_id: string(),
      sip_headers: array(object<{ name: string; value: string }>({ name: string(), value: secret('key') })),
    }),
  },
  'keep',
);

/** Any JSON, for the places the wire leaves free. */
export const FreeJson: Schema<unknown> = json();
