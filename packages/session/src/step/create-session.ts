// Creates the state of a session before its first input. The shape of the state: `state.ts`.

import { ColloquyError, type SessionUpdateConfig } from '@colloquy/protocol';
import { defaultConfig, mergeConfig, withoutTurnDetection } from './config-merge.ts';
import { emptyTable } from './hash-table.ts';
import { type HistoryItem, withHistory } from './history.ts';
import { type IdSeed, mintId, mixSeed } from './ids.ts';
import { emptyItems } from './item-table.ts';
import { EMPTY_BUFFER } from './output-audio-state.ts';
import { checkConfig } from './session-config.ts';
import type { SessionConfig, SessionDefaults, SessionKind, SessionLimits, SessionState } from './state.ts';
import { firstVoice, type Speaking } from './voice-support.ts';

export interface SessionOptions {
  /** Four unsigned 32-bit integers, from a cryptographic generator in production. All ids derive from them. */
  seed: IdSeed;
  /** The model; it cannot change during the session [SE14]. */
  model: string;
  /** Unix milliseconds. */
  started_at: number;
  /** @default the type of `session`, else `realtime` */
  kind?: SessionKind;
  /** Initial configuration, merged into the defaults. */
  session?: SessionUpdateConfig;
  /** Dotted paths below `session` that no update may change, such as `audio.output.voice` [SE33]. */
  locked?: readonly string[];
  /**
   * Whether `require_approval: "never"` allows MCP calls without approval. If false, every call needs the client's
   * approval [MC6]. @default false
   */
  allow_unapproved_tools?: boolean;
  /**
   * Labels of the MCP servers configured on this server. A tool that gives only a label must give one of them [MC22].
   * @default any
   */
  mcp_labels?: readonly string[];
  limits?: Partial<SessionLimits>;
  defaults?: Partial<SessionDefaults>;
  /** What the engine's voice supports; other voices and speeds are refused [SE36, SE37]. Absent: everything. */
  speaking?: Speaking;
  /**
   * Whether the host detects turns. If false, `turn_detection` stays null during the whole session [VA29]. @default
   * true
   */
  detects_turns?: boolean;
  /**
   * Whether the host plays the output audio itself, as in a call over WebRTC: the session then has an output audio
   * buffer. Audio is an effect `play_audio` instead of `response.output_audio.delta` [WR4], the host reports playback
   * as inputs `from: 'playback'`, and microphone audio arrives as inputs `from: 'media'` [WR15]. @default false
   */
  playback?: boolean;
  /** Items that the conversation begins with; announced when the session opens [SE39]. */
  history?: readonly HistoryItem[];
}

const MIB = 1024 * 1024;

const LIMITS: SessionLimits = {
  max_duration_ms: 3_600_000,
  items: 10_000,
  content_bytes: 64 * MIB,
  buffer_ms: 900_000,
  buffer_bytes: 64 * MIB,
  silence_kept_ms: 30_000,
  out_of_band: 8,
  refusals: 100,
  refusal_window_ms: 10_000,
  first_output_ms: 30_000,
  output_idle_ms: 30_000,
  response_ms: 600_000,
  tool_list_ms: 30_000,
  tool_call_ms: 30_000,
  tool_calls: 32,
  tool_result_characters: MIB,
  approval_ms: 300_000,
};

const DEFAULTS: SessionDefaults = {
  instructions:
    'You are a helpful, friendly assistant in a spoken conversation. Answer briefly and in the language you are spoken to.',
  voice: 'marin',
  transcription_model: 'whisper-1',
  context_tokens: 28_672,
  rate_limits: { requests: 1000, tokens: 1_000_000 },
};

/**
 * Creates a session. Its first input must be the host's `open`.
 *
 * Throws a `ColloquyError` with the issue's code if `session` is an invalid configuration: validate client input before
 * you call this.
 */
export function createSession(options: SessionOptions): SessionState {
  const kind = options.kind ?? options.session?.type ?? 'realtime';
  const limits = { ...LIMITS, ...options.limits };
  const baseDefaults = { ...DEFAULTS, ...options.defaults };
  const defaults = { ...baseDefaults, voice: firstVoice(options.speaking, baseDefaults.voice) };
  const applyDetection = options.detects_turns === false ? withoutTurnDetection : (config: SessionConfig) => config;
  let config = applyDetection(defaultConfig(kind, defaults));
  if (options.session) {
    config = applyDetection(mergeConfig(config, options.session, kind, defaults));
    const issue = checkConfig(options.session, config);
    if (issue) throw new ColloquyError(issue.code, issue.message);
  }
  const mixed = mixSeed(options.seed);
  const [id, second] = mintId(mixed, 'sess');
  const [conversation_id, ids] = mintId(second, 'conv');
  const salt = mixed[0];
  const state: SessionState = {
    kind,
    phase: 'new',
    at: 0,
    started_at: options.started_at,
    ids,
    id,
    conversation_id,
    model: options.model,
    config,
    locked: options.locked ?? [],
    limits,
    defaults,
    ...(options.speaking && { speaking: options.speaking }),
    ...(options.detects_turns === false && { detects_turns: false }),
    items: emptyItems(salt),
    calls: emptyTable(salt),
    spoken_items: 0,
    oldest_audio: null,
    deferred: [],
    deferred_ids: emptyTable(salt),
    deferred_size: 0,
    buffer: { bytes: 0, earlier_ms: 0, appended: 0 },
    turn: null,
    transcriptions: emptyTable(salt),
    responses: [],
    response_queued: false,
    idle: { due: null, prompts: 0 },
    ...(options.playback && { output_audio_buffer: EMPTY_BUFFER }),
    context_trace: null,
    mcp: {
      allow_unapproved: options.allow_unapproved_tools ?? false,
      ...(options.mcp_labels && { labels: options.mcp_labels }),
      listings: [],
      approvals: [],
      verdicts: [],
    },
    refusals: [],
    used: { requests: 0, tokens: 0, at: 0 },
  };
  return options.history ? withHistory(state, options.history) : state;
}
