// Data exchanged between a session and an engine: the request and the events of a response. The engine interface
// belongs to the server.

import type {
  MaxOutputTokens,
  Metadata,
  RealtimeAudioFormat,
  RealtimeConversationItem,
  RealtimeModality,
  RealtimePrompt,
  RealtimeReasoning,
  RealtimeTool,
  RealtimeToolChoice,
  RealtimeUsage,
  RealtimeVoice,
} from '@colloquy/protocol';

/** Configuration of one response, fixed at its creation [RS7]. */
export interface ResponseConfig {
  model: string;
  output_modalities: RealtimeModality[];
  instructions: string;
  tools: RealtimeTool[];
  tool_choice: RealtimeToolChoice;
  parallel_tool_calls?: boolean;
  reasoning?: RealtimeReasoning;
  max_output_tokens: MaxOutputTokens;
  audio: { output: { format: RealtimeAudioFormat; voice: RealtimeVoice; speed: number } };
  prompt: RealtimePrompt | null;
  metadata: Metadata | null;
  /** Beta clients only [BT7]. */
  temperature?: number;
}

/** A tool in the form that engines receive, function or MCP tool. */
export interface NeutralTool {
  /** Unique among tools with the same `server_label`. Two servers may offer the same name, and so may a function. */
  name: string;
  description?: string;
  /** JSON Schema of the arguments. */
  parameters?: Record<string, unknown>;
  /** The MCP server that offers the tool. Absent: a function that the client calls. */
  server_label?: string;
}

/** The request that an engine answers. */
export interface ResponseRequest {
  response_id: string;
  config: ResponseConfig;
  /** All callable tools: functions, and listed MCP tools that `allowed_tools` permits [MC4]. */
  tools: NeutralTool[];
  /**
   * The items in conversation order, without audio bytes: the host holds those by item id [CV32]. Each output is
   * preceded by its call. A call without an output is listed in `pending_calls`.
   */
  context: RealtimeConversationItem[];
  /**
   * `call_id`s of calls in `context` that wait for their output. The engine must not make them again [CV28]. Absent:
   * none.
   */
  pending_calls?: string[];
}

/** One event of an engine, in order. The session derives items, parts and all `done` events from these. */
export type EngineEvent =
  /** Begins another message. Optional before the first delta. `phase` is passed on unchanged. */
  | { type: 'message'; phase?: string }
  /** Text of a text response. */
  | { type: 'text.delta'; delta: string }
  /** Transcript of an audio response, sent before its audio [OR5]. */
  | { type: 'transcript.delta'; delta: string }
  /** Audio in the response's output format: base64, and its number of decoded bytes. */
  | { type: 'audio.delta'; audio: string; bytes: number }
  /**
   * Begins a call. An absent `call_id` is minted; the engine then does not know it. With `server_label`, the tool of
   * that MCP server; without, the function of that name, or else the only MCP tool of that name.
   */
  | { type: 'call'; name: string; call_id?: string; server_label?: string }
  /** Arguments of the call with `call_id`, or of the latest call. */
  | { type: 'arguments.delta'; delta: string; call_id?: string }
  /** Token usage. The latest event counts. */
  | { type: 'usage'; usage: RealtimeUsage }
  /** The end. With a reason, the response is `incomplete` [RS22]. */
  | { type: 'done'; reason?: 'max_output_tokens' | 'content_filter' }
  /** The end after an error: the response is `failed` [RS33]. */
  | { type: 'failed'; error: { code: string; message: string } };
