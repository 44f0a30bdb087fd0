// `session.update`: applied completely or not at all. Also the session object on the wire.
//
// The codec checks shapes and bounds; this file checks what depends on the session. The merge: `config-merge.ts`.

import {
  BYTES_PER_MS,
  type Issue,
  type RealtimeMcpTool,
  type RealtimeTool,
  type RealtimeToolChoice,
  type RealtimeVoice,
  type SessionObject,
  type SessionUpdateConfig,
  type SessionUpdateEvent,
} from '@colloquy/protocol';
import { mergeConfig, sameJson, withoutTurnDetection } from './config-merge.ts';
import { applyDetection } from './detection-change.ts';
import type { Draft } from './draft.ts';
import { restartDetection, speechSettings } from './input-audio-buffer.ts';
import { listTools } from './mcp-listing.ts';
import { checkLabels, checkTools, mayCall } from './mcp-policy.ts';
import type { SessionConfig, SessionState } from './state.ts';
import { checkSpeaking } from './voice-support.ts';

/**
 * `session.update`. Answered by one `session.updated` with the whole effective configuration. A running response keeps
 * the configuration it was created with [SE25]; `model`, `id`, `object` and `expires_at` have no effect [SE14, SE34].
 *
 * Requests the tools of new MCP servers [MC1, MC3].
 *
 * Refuses with `cannot_update_voice` once the conversation holds assistant audio, `session_locked` for a locked field,
 * and `invalid_value` for another kind of session, a `tool_choice` that is not offered, an MCP tool that only OpenAI
 * can host or whose label is not configured, a voice or a speed that the engine does not have, a speed while a response
 * is active, a change of tracing once it is on, and a format while audio is buffered.
 *
 * If the host detects no turns, `turn_detection` stays null whatever the update says: SDKs send it together with tools
 * and instructions, and a refusal would refuse those too [VA29].
 *
 * @see SPEC.md SE4 to SE37, TX17, VA29, RS36
 */
export function updateSession(draft: Draft, { session }: SessionUpdateEvent): void {
  const { state } = draft;
  if (session.type !== state.kind) {
    const message = `Invalid value: '${session.type}'. This is a ${state.kind} session.`;
    return draft.refuse('invalid_value', 'session.type', message);
  }
  const requested = mergeConfig(state.config, session, state.kind, state.defaults);
  const merged = state.detects_turns === false ? withoutTurnDetection(requested) : requested;
  const issue =
    lockedField(state, session) ??
    checkConfig(session, merged) ??
    (session.type === 'realtime' ? checkLabels(state.mcp.labels, session.tools, 'session.tools') : undefined) ??
    checkOutput(state, session) ??
    checkHistory(state, merged);
  if (issue) return draft.refuse(issue.code, issue.param, issue.message);

  const before = state.config.audio.input;
  const speechBefore = speechSettings(state);
  const { format } = merged.audio.input;
  state.config = merged;
  const speech = speechSettings(state);
  if (!sameJson(speech, speechBefore)) draft.do({ do: 'configure_speech', ...speech });
  const detects = applyDetection(draft, before.turn_detection);
  if (!sameJson(before.format, format)) {
    const { earlier_ms, appended } = state.buffer;
    state.buffer = { bytes: 0, earlier_ms: earlier_ms + appended / BYTES_PER_MS[before.format.type], appended: 0 };
    restartDetection(draft);
  } else if (detects) restartDetection(draft);
  draft.send({ type: 'session.updated', session: sessionObject(draft.state) });
  if (session.type === 'realtime' && session.tools) listTools(draft, merged.tools, { announced: true });
}

/** Checks that the engine's voice supports the output [SE36, SE37]. */
const checkOutput = ({ speaking }: SessionState, update: SessionUpdateConfig): Issue | undefined =>
  update.type === 'realtime' ? checkSpeaking(speaking, update.audio?.output, 'session.audio.output') : undefined;

/** Checks a configuration independently of the session's history. Used for updates and at opening. */
export function checkConfig(update: SessionUpdateConfig, merged: SessionConfig): Issue | undefined {
  if (update.type === 'realtime') {
    return (
      checkTools(update.tools, 'session.tools') ??
      checkToolChoice(update.tool_choice, merged.tools, 'session.tool_choice')
    );
  }
  const { transcription, turn_detection } = merged.audio.input;
  if (transcription?.model === 'gpt-realtime-whisper' && turn_detection) {
    const message = "Transcription with 'gpt-realtime-whisper' requires turn detection to be null.";
    return { code: 'invalid_value', param: 'session.audio.input.turn_detection', message };
  }
  return undefined;
}

/** The choice must name a tool that is offered [RS36]. */
export function checkToolChoice(
  choice: RealtimeToolChoice | undefined,
  tools: readonly RealtimeTool[],
  param: string,
): Issue | undefined {
  if (typeof choice !== 'object' || choice === null || offersChoice(tools, choice)) return undefined;
  const isServer = choice.type === 'mcp' && tools.some((tool) => isServerOf(tool, choice.server_label));
  const field = choice.type === 'function' || isServer ? 'name' : 'server_label';
  const message = 'The tool choice names a tool that is not offered.';
  return { code: 'invalid_value', param: `${param}.${field}`, message };
}

/** Whether the choice names one of the tools. */
export function offersChoice(tools: readonly RealtimeTool[], choice: Exclude<RealtimeToolChoice, string>): boolean {
  return tools.some((tool) =>
    choice.type === 'function'
      ? tool.type === 'function' && tool.name === choice.name
      : isServerOf(tool, choice.server_label) && (choice.name == null || mayCall(tool, choice.name)),
  );
}

const isServerOf = (tool: RealtimeTool, label: string): tool is RealtimeMcpTool =>
  tool.type === 'mcp' && tool.server_label === label;

/** The voice may change until the default conversation holds assistant audio [SE15, SE16]. */
export function checkVoice(state: SessionState, voice: RealtimeVoice): Issue | undefined {
  if (state.spoken_items === 0 || sameJson(voice, state.config.audio.output.voice)) return undefined;
  const message = "Cannot update a conversation's voice if assistant audio is present.";
  return { code: 'cannot_update_voice', param: null, message };
}

/**
 * The session object of `session.created` and `session.updated`, with every key that wire.md 7 marks "always" [SE3,
 * SE32].
 */
export function sessionObject(state: SessionState): SessionObject {
  const { config } = state;
  const expires_at = Math.floor((state.started_at + state.limits.max_duration_ms) / 1000);
  if (state.kind === 'transcription') {
    const { turn_detection, ...input } = config.audio.input;
    return {
      type: 'transcription',
      object: 'realtime.transcription_session',
      id: state.id,
      expires_at,
      audio: { input: { ...input, turn_detection: turn_detection && withoutResponseFlags(turn_detection) } },
      include: config.include,
    };
  }
  const { output_modalities, instructions, tools, tool_choice, max_output_tokens, tracing, truncation, prompt } =
    config;
  return {
    type: 'realtime',
    object: 'realtime.session',
    id: state.id,
    model: state.model,
    output_modalities,
    instructions,
    tools,
    tool_choice,
    max_output_tokens,
    tracing,
    truncation,
    prompt,
    expires_at,
    audio: config.audio,
    include: config.include,
    ...(config.parallel_tool_calls === undefined ? {} : { parallel_tool_calls: config.parallel_tool_calls }),
    ...(config.reasoning ? { reasoning: config.reasoning } : {}),
  };
}

type TurnDetection = NonNullable<SessionConfig['audio']['input']['turn_detection']>;

function withoutResponseFlags(detection: TurnDetection): TurnDetection {
  if (detection.type === 'semantic_vad') {
    const { create_response: _, interrupt_response: __, ...rest } = detection;
    return rest;
  }
  const { create_response: _, interrupt_response: __, idle_timeout_ms: ___, ...rest } = detection;
  return rest;
}

/** Checks what can no longer change, given the session's history. */
function checkHistory(state: SessionState, merged: SessionConfig): Issue | undefined {
  const { config } = state;
  const invalid = (field: string, message: string): Issue => ({
    code: 'invalid_value',
    param: `session.${field}`,
    message,
  });
  if (config.tracing !== null && !sameJson(config.tracing, merged.tracing)) {
    return invalid('tracing', 'Tracing cannot be changed once it is on.');
  }
  if (
    (state.buffer.bytes > 0 || state.buffer.partial) &&
    !sameJson(config.audio.input.format, merged.audio.input.format)
  ) {
    return invalid('audio.input.format', 'The input format cannot be changed while audio is buffered.');
  }
  const voice = checkVoice(state, merged.audio.output.voice);
  if (voice) return voice;
  if (
    state.responses.some((response) => !response.out_of_band) &&
    merged.audio.output.speed !== config.audio.output.speed
  ) {
    return invalid('audio.output.speed', 'The speed cannot be changed while a response is active.');
  }
  return undefined;
}

/** The first locked field that an update would change [SE33]. */
export function lockedField(
  state: { readonly locked: readonly string[]; readonly config: unknown },
  update: unknown,
): Issue | undefined {
  for (const path of state.locked) {
    const value = valueAt(update, path);
    if (value === undefined || sameJson(value, valueAt(state.config, path) ?? null)) continue;
    return {
      code: 'session_locked',
      param: `session.${path}`,
      message: `'session.${path}' is locked for this session.`,
    };
  }
  return undefined;
}

function valueAt(value: unknown, path: string): unknown {
  let current = value;
  for (const name of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return current;
}
