// Merges a session update into a configuration: a deep merge by presence [SE6 to SE9].
//
// An absent field keeps its value. `null` clears a field that can be cleared and otherwise keeps it. Objects merge key
// by key; arrays and scalars replace. A tagged object that changes its `type` starts from the defaults of the new type.
// Which updates are refused: `session-config.ts`.

import type {
  AudioTranscription,
  RealtimeAudioFormat,
  RealtimePrompt,
  RealtimeReasoning,
  RealtimeSessionUpdate,
  RealtimeTool,
  RealtimeTracing,
  RealtimeTruncation,
  RealtimeTurnDetection,
  SessionUpdateConfig,
} from '@colloquy/protocol';
import type { SessionConfig, SessionDefaults, SessionKind } from './state.ts';

const PCM: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24_000 };

/** Default configuration of a session (wire.md 7). */
export function defaultConfig(kind: SessionKind, defaults: SessionDefaults): SessionConfig {
  return {
    output_modalities: ['audio'],
    instructions: defaults.instructions,
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    include: null,
    audio: {
      input: {
        format: PCM,
        transcription: null,
        noise_reduction: null,
        turn_detection: mergeTurnDetection(null, { type: 'server_vad' }, kind),
      },
      output: { format: PCM, voice: defaults.voice, speed: 1 },
    },
  };
}

/** The configuration with turn detection off, for a host that detects no turns [VA29]. */
export function withoutTurnDetection(config: SessionConfig): SessionConfig {
  return { ...config, audio: { ...config.audio, input: { ...config.audio.input, turn_detection: null } } };
}

/** Merges an update into a configuration. Validates nothing. */
export function mergeConfig(
  config: SessionConfig,
  update: SessionUpdateConfig,
  kind: SessionKind,
  defaults: SessionDefaults,
): SessionConfig {
  const input: NonNullable<NonNullable<SessionUpdateConfig['audio']>['input']> = update.audio?.input ?? {};
  const old = config.audio.input;
  const mergedInput: SessionConfig['audio']['input'] = {
    format: mergeAudioFormat(old.format, input.format),
    transcription: mergeNullable(old.transcription, input.transcription, (current, update) =>
      mergeTranscription(current, update, defaults),
    ),
    noise_reduction: mergeNullable(old.noise_reduction, input.noise_reduction, (_, update) => update),
    turn_detection: mergeNullable(old.turn_detection, input.turn_detection, (current, update) =>
      mergeTurnDetection(current, update, kind),
    ),
  };
  const include = update.include === undefined ? config.include : update.include;
  if (update.type === 'transcription') return { ...config, include, audio: { ...config.audio, input: mergedInput } };
  const { reasoning: before, ...rest } = config;
  const merged: SessionConfig = {
    ...rest,
    output_modalities: update.output_modalities ?? config.output_modalities,
    instructions: update.instructions === '' ? defaults.instructions : (update.instructions ?? config.instructions),
    tools: update.tools ? update.tools.map(withoutSecrets) : config.tools,
    tool_choice: update.tool_choice ?? config.tool_choice,
    max_output_tokens: update.max_output_tokens ?? config.max_output_tokens,
    tracing: mergeNullable(config.tracing, update.tracing, mergeTracing),
    truncation: mergeTruncation(config.truncation, update.truncation),
    prompt: mergeNullable(config.prompt, update.prompt, mergePrompt),
    include,
    audio: { input: mergedInput, output: mergeOutput(config.audio.output, update.audio?.output) },
  };
  const parallel = update.parallel_tool_calls ?? config.parallel_tool_calls;
  if (parallel !== undefined) merged.parallel_tool_calls = parallel;
  const reasoning = mergeReasoning(before, update.reasoning);
  if (reasoning) merged.reasoning = reasoning;
  return merged;
}

/** Merges a field that `null` clears. */
function mergeNullable<T>(
  current: T | null,
  update: T | null | undefined,
  merge: (current: T | null, update: T) => T,
): T | null {
  if (update === undefined) return current;
  return update === null ? null : merge(current, update);
}

export function mergeAudioFormat(
  current: RealtimeAudioFormat,
  update: RealtimeAudioFormat | undefined,
): RealtimeAudioFormat {
  if (!update) return current;
  return update.type === 'audio/pcm' ? PCM : { type: update.type };
}

function mergeOutput(
  current: SessionConfig['audio']['output'],
  update: NonNullable<RealtimeSessionUpdate['audio']>['output'],
): SessionConfig['audio']['output'] {
  return {
    format: mergeAudioFormat(current.format, update?.format),
    voice: update?.voice ?? current.voice,
    speed: update?.speed ?? current.speed,
  };
}

/** A different model starts from its own defaults; options of the previous model are dropped [SE38]. */
function mergeTranscription(
  current: AudioTranscription | null,
  update: AudioTranscription,
  defaults: SessionDefaults,
): AudioTranscription {
  const model = update.model || current?.model || defaults.transcription_model;
  const { languages, keywords, delay, ...old }: AudioTranscription = current?.model === model ? current : {};
  const { language = old.language ?? null, prompt = old.prompt ?? null } = update;
  return {
    model,
    language,
    prompt,
    ...unlessNull('languages', update.languages, languages),
    ...unlessNull('keywords', update.keywords, keywords),
    ...unlessNull('delay', update.delay, delay),
  };
}

/** A field that `null` clears: its key is then absent. */
function unlessNull<K extends string, T>(
  key: K,
  update: T | null | undefined,
  current: T | null | undefined,
): { [_ in K]?: T } {
  const value = update === undefined ? current : update;
  return (value == null ? {} : { [key]: value }) as { [_ in K]?: T };
}

/** Transcription sessions never create a response, whatever the update says [VA27]. */
function mergeTurnDetection(
  current: RealtimeTurnDetection | null,
  update: RealtimeTurnDetection,
  kind: SessionKind,
): RealtimeTurnDetection {
  const answers = kind === 'realtime';
  if (update.type === 'semantic_vad') {
    const old = current?.type === 'semantic_vad' ? current : undefined;
    return {
      type: 'semantic_vad',
      eagerness: update.eagerness ?? old?.eagerness ?? 'auto',
      create_response: answers && (update.create_response ?? old?.create_response ?? true),
      interrupt_response: answers && (update.interrupt_response ?? old?.interrupt_response ?? true),
    };
  }
  const old = current?.type === 'server_vad' ? current : undefined;
  const idle = update.idle_timeout_ms === undefined ? old?.idle_timeout_ms : update.idle_timeout_ms;
  return {
    type: 'server_vad',
    threshold: update.threshold ?? old?.threshold ?? 0.5,
    prefix_padding_ms: update.prefix_padding_ms ?? old?.prefix_padding_ms ?? 300,
    silence_duration_ms: update.silence_duration_ms ?? old?.silence_duration_ms ?? 500,
    idle_timeout_ms: answers ? (idle ?? null) : null,
    create_response: answers && (update.create_response ?? old?.create_response ?? true),
    interrupt_response: answers && (update.interrupt_response ?? old?.interrupt_response ?? true),
  };
}

function mergeTracing(current: RealtimeTracing | null, update: RealtimeTracing): RealtimeTracing {
  if (update === 'auto') return update;
  const merged = current === null || current === 'auto' ? {} : { ...current };
  if (update.workflow_name) merged.workflow_name = update.workflow_name;
  if (update.group_id) merged.group_id = update.group_id;
  if (update.metadata) merged.metadata = update.metadata;
  return merged;
}

function mergeTruncation(current: RealtimeTruncation, update: RealtimeTruncation | undefined): RealtimeTruncation {
  if (typeof update !== 'object' || update === null) return update ?? current;
  const limits = update.token_limits ?? (typeof current === 'object' ? current.token_limits : undefined);
  const merged: RealtimeTruncation = { type: 'retention_ratio', retention_ratio: update.retention_ratio };
  return limits ? { ...merged, token_limits: limits } : merged;
}

/** A prompt with another id replaces the old one entirely. */
export function mergePrompt(current: RealtimePrompt | null, update: RealtimePrompt): RealtimePrompt {
  return current?.id === update.id ? { ...current, ...update } : update;
}

export function mergeReasoning(
  current: RealtimeReasoning | undefined,
  update: RealtimeReasoning | null | undefined,
): RealtimeReasoning | undefined {
  if (update === null) return undefined;
  return update?.effort ? { effort: update.effort } : current;
}

/** Removes the credentials of an MCP tool; only the host holds them [SE29]. */
export function withoutSecrets(tool: RealtimeTool): RealtimeTool {
  if (tool.type !== 'mcp') return tool;
  const { authorization: _, headers: __, ...rest } = tool;
  return rest;
}

/** Deep equality of two JSON values; key order does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every(
    (name) =>
      Object.hasOwn(b, name) && sameJson((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
  );
}
