// What passes between a session and whatever makes its responses: data only. The port itself is the server's.

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

/** The configuration of one response, fixed when it was created [RS7]. */
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

/** A tool as engines are offered it, whoever runs it. */
export interface NeutralTool {
  /** Unique among tools of the same `server_label`; two servers may offer the same name, and a function may have it too. */
  name: string;
  description?: string;
  /** JSON Schema of the arguments. */
  parameters?: Record<string, unknown>;
  /** The MCP server that has it. Absent: a function, called by the client. */
  server_label?: string;
}

/** What an engine is asked to answer. */
export interface ResponseRequest {
  response_id: string;
  config: ResponseConfig;
  /** Everything that may be called: functions, and the tools MCP servers listed, as far as `allowed_tools` lets them through [MC4]. */
  tools: NeutralTool[];
  /**
   * The items the engine may see, in conversation order, without audio bytes: the host has those by item id [CV32]. An output
   * always has its call; a call whose output has not come stands there alone, and its `call_id` in `pending_calls`.
   */
  context: RealtimeConversationItem[];
  /** `call_id`s of calls in `context` that wait for their output: made already, not to be made again [CV28]. Absent: none. */
  pending_calls?: string[];
}

/** A piece of a response, in the order it is made. The session derives items, parts and every `done` frame from these. */
export type EngineEvent =
  /** Begins a further message. Without it the first delta begins one. `phase` is passed on as it stands. */
  | { type: 'message'; phase?: string }
  /** Words of a text answer. */
  | { type: 'text.delta'; delta: string }
  /** Words of a spoken answer, said before their audio [OR5]. */
  | { type: 'transcript.delta'; delta: string }
  /** Audio in the response's output format: base64, and how many bytes it stands for. */
  | { type: 'audio.delta'; audio: string; bytes: number }
  /**
   * Begins a call. `call_id` is minted when absent, and is then only known to the session. With `server_label` it is a call of
   * that MCP server's tool; without, of the function of that name, or else of the one tool that has it.
   */
  | { type: 'call'; name: string; call_id?: string; server_label?: string }
  /** Arguments of a call: of the one named, or of the latest. */
  | { type: 'arguments.delta'; delta: string; call_id?: string }
  /** What was consumed; the latest one counts. */
  | { type: 'usage'; usage: RealtimeUsage }
  /** The end. A reason means it was cut short: the response is then `incomplete` [RS22]. */
  | { type: 'done'; reason?: 'max_output_tokens' | 'content_filter' }
  /** The end, by a fault: the response is `failed` [RS33]. */
  | { type: 'failed'; error: { code: string; message: string } };
