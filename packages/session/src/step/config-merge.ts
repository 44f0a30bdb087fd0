// What a configuration becomes when an update is laid over it: a deep merge by presence.
//
// Absent keeps, `null` clears where clearing means something and otherwise keeps, objects merge key by key, arrays and
// scalars replace, and a tagged object that changes its `type` starts from the new type's defaults [SE6 to SE9]. Which
// updates are refused is `session-config.ts`.

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

/** The configuration of a session nobody has configured (wire.md 7). */
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
        turn_detection: turnDetection(null, { type: 'server_vad' }, kind),
      },
      output: { format: PCM, voice: defaults.voice, speed: 1 },
    },
  };
}

/** The configuration of a session whose host detects no turns [VA29]. */
export function withoutTurnDetection(config: SessionConfig): SessionConfig {
  return { ...config, audio: { ...config.audio, input: { ...config.audio.input, turn_detection: null } } };
}

/** The configuration with an update laid over it. Checks nothing. */
export function mergeConfig(
  config: SessionConfig,
  update: SessionUpdateConfig,
  kind: SessionKind,
  defaults: SessionDefaults,
): SessionConfig {
  const input: NonNullable<NonNullable<SessionUpdateConfig['audio']>['input']> = update.audio?.input ?? {};
  const old = config.audio.input;
  const heard: SessionConfig['audio']['input'] = {
    format: audioFormat(old.format, input.format),
    transcription: cleared(old.transcription, input.transcription, (now, given) => transcription(now, given, defaults)),
    noise_reduction: cleared(old.noise_reduction, input.noise_reduction, (_, given) => given),
    turn_detection: cleared(old.turn_detection, input.turn_detection, (now, given) => turnDetection(now, given, kind)),
  };
  const include = update.include === undefined ? config.include : update.include;
  if (update.type === 'transcription') return { ...config, include, audio: { ...config.audio, input: heard } };
  const { reasoning: before, ...kept } = config;
  const merged: SessionConfig = {
    ...kept,
    output_modalities: update.output_modalities ?? config.output_modalities,
    instructions: update.instructions === '' ? defaults.instructions : (update.instructions ?? config.instructions),
    tools: update.tools ? update.tools.map(withoutSecrets) : config.tools,
    tool_choice: update.tool_choice ?? config.tool_choice,
    max_output_tokens: update.max_output_tokens ?? config.max_output_tokens,
    tracing: cleared(config.tracing, update.tracing, tracing),
    truncation: truncation(config.truncation, update.truncation),
    prompt: cleared(config.prompt, update.prompt, prompt),
    include,
    audio: { input: heard, output: spoken(config.audio.output, update.audio?.output) },
  };
  const parallel = update.parallel_tool_calls ?? config.parallel_tool_calls;
  if (parallel !== undefined) merged.parallel_tool_calls = parallel;
  const reasoning = mergeReasoning(before, update.reasoning);
  if (reasoning) merged.reasoning = reasoning;
  return merged;
}

/** A field that `null` turns off. */
function cleared<T>(now: T | null, given: T | null | undefined, merge: (now: T | null, given: T) => T): T | null {
  if (given === undefined) return now;
  return given === null ? null : merge(now, given);
}

export function audioFormat(now: RealtimeAudioFormat, given: RealtimeAudioFormat | undefined): RealtimeAudioFormat {
  if (!given) return now;
  return given.type === 'audio/pcm' ? PCM : { type: given.type };
}

function spoken(
  now: SessionConfig['audio']['output'],
  given: NonNullable<RealtimeSessionUpdate['audio']>['output'],
): SessionConfig['audio']['output'] {
  return {
    format: audioFormat(now.format, given?.format),
    voice: given?.voice ?? now.voice,
    speed: given?.speed ?? now.speed,
  };
}

/** Another model starts from options of its own: what was meant for the one before is not passed on to it [SE38]. */
function transcription(
  now: AudioTranscription | null,
  given: AudioTranscription,
  defaults: SessionDefaults,
): AudioTranscription {
  const model = given.model || now?.model || defaults.transcription_model;
  const { languages, keywords, delay, ...old }: AudioTranscription = now?.model === model ? now : {};
  const { language = old.language ?? null, prompt = old.prompt ?? null } = given;
  return {
    model,
    language,
    prompt,
    ...unlessNull('languages', given.languages, languages),
    ...unlessNull('keywords', given.keywords, keywords),
    ...unlessNull('delay', given.delay, delay),
  };
}

/** A field that `null` takes back: its key is then absent. */
function unlessNull<K extends string, T>(
  key: K,
  given: T | null | undefined,
  now: T | null | undefined,
): { [_ in K]?: T } {
  const value = given === undefined ? now : given;
  return (value == null ? {} : { [key]: value }) as { [_ in K]?: T };
}

/** Transcription sessions never answer, whatever was asked for [VA27]. */
function turnDetection(
  now: RealtimeTurnDetection | null,
  given: RealtimeTurnDetection,
  kind: SessionKind,
): RealtimeTurnDetection {
  const answers = kind === 'realtime';
  if (given.type === 'semantic_vad') {
    const old = now?.type === 'semantic_vad' ? now : undefined;
    return {
      type: 'semantic_vad',
      eagerness: given.eagerness ?? old?.eagerness ?? 'auto',
      create_response: answers && (given.create_response ?? old?.create_response ?? true),
      interrupt_response: answers && (given.interrupt_response ?? old?.interrupt_response ?? true),
    };
  }
  const old = now?.type === 'server_vad' ? now : undefined;
  const idle = given.idle_timeout_ms === undefined ? old?.idle_timeout_ms : given.idle_timeout_ms;
  return {
    type: 'server_vad',
    threshold: given.threshold ?? old?.threshold ?? 0.5,
    prefix_padding_ms: given.prefix_padding_ms ?? old?.prefix_padding_ms ?? 300,
    silence_duration_ms: given.silence_duration_ms ?? old?.silence_duration_ms ?? 500,
    idle_timeout_ms: answers ? (idle ?? null) : null,
    create_response: answers && (given.create_response ?? old?.create_response ?? true),
    interrupt_response: answers && (given.interrupt_response ?? old?.interrupt_response ?? true),
  };
}

function tracing(now: RealtimeTracing | null, given: RealtimeTracing): RealtimeTracing {
  if (given === 'auto') return given;
  const merged = now === null || now === 'auto' ? {} : { ...now };
  if (given.workflow_name) merged.workflow_name = given.workflow_name;
  if (given.group_id) merged.group_id = given.group_id;
  if (given.metadata) merged.metadata = given.metadata;
  return merged;
}

function truncation(now: RealtimeTruncation, given: RealtimeTruncation | undefined): RealtimeTruncation {
  if (typeof given !== 'object' || given === null) return given ?? now;
  const limits = given.token_limits ?? (typeof now === 'object' ? now.token_limits : undefined);
  const merged: RealtimeTruncation = { type: 'retention_ratio', retention_ratio: given.retention_ratio };
  return limits ? { ...merged, token_limits: limits } : merged;
}

/** Another id is another prompt: nothing of the old one stays. */
export function prompt(now: RealtimePrompt | null, given: RealtimePrompt): RealtimePrompt {
  return now?.id === given.id ? { ...now, ...given } : given;
}

export function mergeReasoning(
  now: RealtimeReasoning | undefined,
  given: RealtimeReasoning | null | undefined,
): RealtimeReasoning | undefined {
  if (given === null) return undefined;
  return given?.effort ? { effort: given.effort } : now;
}

/** What an MCP server is told in confidence stays with the host [SE29]. */
export function withoutSecrets(tool: RealtimeTool): RealtimeTool {
  if (tool.type !== 'mcp') return tool;
  const { authorization: _, headers: __, ...rest } = tool;
  return rest;
}

/** Whether two JSON values are the same, whatever the order of keys. */
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
