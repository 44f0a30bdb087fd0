// The beta session: flat, without a type, with a temperature. Its shapes, and its table of fields against GA's.
// https://platform.openai.com/docs/api-reference/realtime-beta-sessions; names as in openai-node's beta module [B5].

import {
  array,
  boolean,
  choice,
  integer,
  json,
  jsonObject,
  literal,
  nullable,
  number,
  object,
  optional,
  type Schema,
  secret,
  string,
  variants,
} from '../schema/schema.ts';
import {
  MAX_INSTRUCTIONS,
  MAX_TOOLS,
  MaxOutputTokens,
  NoiseReduction,
  type RealtimeSessionUpdate,
  RealtimeToolChoice,
  RealtimeTracing,
  type RealtimeVoice,
  type SessionObject,
  type SessionUpdateConfig,
  RealtimeVoice as Voice,
} from '../wire/realtime-session.ts';
import { type BetaField, flatten, isObject, nest, same } from './beta-fields.ts';

/** `pcm16` is 24 kHz mono; the G.711 forms are 8 kHz mono. */
export type BetaAudioFormat = 'pcm16' | 'g711_ulaw' | 'g711_alaw';
export const BetaAudioFormat: Schema<BetaAudioFormat> = choice('pcm16', 'g711_ulaw', 'g711_alaw');

/** Sampling temperature of a response. GA has none: a host hands it to the engine [BT7]. 0.6 to 1.2. */
export const BetaTemperature: Schema<number> = number({ min: 0.6, max: 1.2 });
/** What a beta session starts with. */
export const DEFAULT_TEMPERATURE = 0.8;

export interface BetaTranscription {
  model?: string;
  /** ISO-639-1. */
  language?: string;
  prompt?: string;
}
const BetaTranscription: Schema<BetaTranscription> = object<BetaTranscription>({
  model: optional(string()),
  language: optional(string()),
  prompt: optional(secret('words')),
});

/** As in GA, without the idle timeout. */
export type BetaTurnDetection =
  | {
      type: 'server_vad';
      threshold?: number;
      prefix_padding_ms?: number;
      silence_duration_ms?: number;
      create_response?: boolean;
      interrupt_response?: boolean;
    }
  | {
      type: 'semantic_vad';
      eagerness?: 'low' | 'medium' | 'high' | 'auto';
      create_response?: boolean;
      interrupt_response?: boolean;
    };
type Turns<T extends BetaTurnDetection['type']> = Extract<BetaTurnDetection, { type: T }>;
const answers = { create_response: optional(boolean()), interrupt_response: optional(boolean()) };
const BetaTurnDetection: Schema<BetaTurnDetection> = variants<BetaTurnDetection>({
  server_vad: object<Turns<'server_vad'>>({
    type: literal('server_vad'),
    threshold: optional(number({ min: 0, max: 1 })),
    prefix_padding_ms: optional(integer({ min: 0 })),
    silence_duration_ms: optional(integer({ min: 0 })),
    ...answers,
  }),
  semantic_vad: object<Turns<'semantic_vad'>>({
    type: literal('semantic_vad'),
    eagerness: optional(choice('low', 'medium', 'high', 'auto')),
    ...answers,
  }),
});

/** A function the client can call. Some clients leave the type out; there was only one. */
export interface BetaTool {
  type?: 'function';
  name: string;
  description?: string;
  parameters?: Record<string, unknown>;
}
export const BetaTools: Schema<BetaTool[]> = array(
  object<BetaTool>({
    type: optional(literal('function')),
    name: string(),
    description: optional(secret('words')),
    parameters: optional(jsonObject()),
  }),
  { max: MAX_TOOLS },
);

/** `["text"]`, or anything with `audio` in it [BT6]. */
export const BetaModalities: Schema<('text' | 'audio')[]> = array(choice('text', 'audio'));

/** What a server states and a client may send back: no effect [SE34]. */
interface ReadOnly {
  id?: string;
  object?: string;
  expires_at?: number;
  /** Belongs to the REST call that mints a secret. */
  client_secret?: unknown;
}
const readOnly = {
  id: optional(string()),
  object: optional(string()),
  expires_at: optional(integer()),
  client_secret: optional(json()),
};

/** What `session.update` may carry in beta. Absent keys stay as they are, `null` turns off. */
export interface BetaSessionConfig extends ReadOnly {
  /** Never needed [BT8]. */
  type?: 'realtime';
  model?: string;
  modalities?: ('text' | 'audio')[];
  instructions?: string;
  voice?: RealtimeVoice;
  speed?: number;
  input_audio_format?: BetaAudioFormat;
  output_audio_format?: BetaAudioFormat;
  input_audio_transcription?: BetaTranscription | null;
  input_audio_noise_reduction?: NoiseReduction | null;
  turn_detection?: BetaTurnDetection | null;
  tools?: BetaTool[];
  tool_choice?: RealtimeToolChoice;
  temperature?: number;
  max_response_output_tokens?: MaxOutputTokens;
  tracing?: RealtimeTracing | null;
}
const input = {
  input_audio_format: optional(BetaAudioFormat),
  input_audio_transcription: optional(nullable(BetaTranscription)),
  input_audio_noise_reduction: optional(nullable(NoiseReduction)),
  turn_detection: optional(nullable(BetaTurnDetection)),
};
export const BetaSessionConfig: Schema<BetaSessionConfig> = object<BetaSessionConfig>({
  type: optional(literal('realtime')),
  ...readOnly,
  model: optional(string()),
  modalities: optional(BetaModalities),
  instructions: optional(string({ secret: 'words', max: MAX_INSTRUCTIONS })),
  voice: optional(Voice),
  speed: optional(number({ min: 0.25, max: 1.5 })),
  output_audio_format: optional(BetaAudioFormat),
  ...input,
  tools: optional(BetaTools),
  tool_choice: optional(RealtimeToolChoice),
  temperature: optional(BetaTemperature),
  max_response_output_tokens: optional(MaxOutputTokens),
  tracing: optional(nullable(RealtimeTracing)),
});

/** What `transcription_session.update` may carry. */
export interface BetaTranscriptionSessionConfig
  extends ReadOnly,
    Pick<
      BetaSessionConfig,
      'input_audio_format' | 'input_audio_transcription' | 'input_audio_noise_reduction' | 'turn_detection'
    > {
  type?: 'transcription';
  /** Accepted and without effect: nothing is said in such a session. */
  modalities?: ('text' | 'audio')[];
  include?: string[] | null;
}
export const BetaTranscriptionSessionConfig: Schema<BetaTranscriptionSessionConfig> =
  object<BetaTranscriptionSessionConfig>({
    type: optional(literal('transcription')),
    ...readOnly,
    ...input,
    modalities: optional(BetaModalities),
    include: optional(nullable(array(string()))),
  });

// ---- How single values differ ----

const FORMATS: readonly (readonly [beta: BetaAudioFormat, ga: string])[] = [
  ['pcm16', 'audio/pcm'],
  ['g711_ulaw', 'audio/pcmu'],
  ['g711_alaw', 'audio/pcma'],
];

/** `{ type, rate }` in place of a name; a value that is no format stays as it is. */
function formatToGa(value: unknown): unknown {
  const type = FORMATS.find(([beta]) => beta === value)?.[1];
  if (type === undefined) return value;
  return type === 'audio/pcm' ? { type, rate: 24_000 } : { type };
}

/** A name in place of `{ type, rate }`; an unknown format stays as it is. */
const formatToBeta = (value: unknown): unknown =>
  isObject(value) ? (FORMATS.find(([, ga]) => ga === value.type)?.[0] ?? value) : value;

/** Audio with or without text is GA's audio; what is neither form is left for the server to refuse [BT6]. */
const modalitiesToGa = (value: unknown): unknown =>
  Array.isArray(value) && value.includes('audio') ? ['audio'] : value;

const modalitiesToBeta = (value: unknown): unknown =>
  Array.isArray(value) && value.includes('audio') ? ['audio', 'text'] : value;

const toolsToGa = (value: unknown): unknown =>
  Array.isArray(value) ? value.map((tool) => (isObject(tool) ? { type: 'function', ...tool } : tool)) : value;

const functionsOnly = (value: unknown): unknown =>
  Array.isArray(value) ? value.filter((tool) => !isObject(tool) || tool.type === 'function') : value;

/** A choice of an MCP server cannot be told to a beta client; it has none to choose from. */
const choiceToBeta = (value: unknown): unknown => (isObject(value) && value.type === 'mcp' ? 'auto' : value);

const without =
  (...names: readonly string[]) =>
  (value: unknown): unknown =>
    isObject(value) ? Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))) : value;

const transcriptionToBeta = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(
        ['model', 'language', 'prompt'].flatMap((name) => (value[name] == null ? [] : [[name, value[name]]])),
      )
    : value;

// ---- The tables ----

export const VOICE_FIELDS: readonly BetaField[] = [
  { beta: 'modalities', ga: 'output_modalities', toGa: modalitiesToGa, toBeta: modalitiesToBeta },
  { beta: 'voice', ga: 'audio.output.voice' },
  { beta: 'output_audio_format', ga: 'audio.output.format', toGa: formatToGa, toBeta: formatToBeta },
];

export const TOOL_FIELDS: readonly BetaField[] = [
  { beta: 'tools', ga: 'tools', toGa: toolsToGa, toBeta: functionsOnly },
  { beta: 'tool_choice', ga: 'tool_choice', toBeta: choiceToBeta },
];

const INPUT_FIELDS: readonly BetaField[] = [
  { beta: 'input_audio_format', ga: 'audio.input.format', toGa: formatToGa, toBeta: formatToBeta },
  { beta: 'input_audio_transcription', ga: 'audio.input.transcription', toBeta: transcriptionToBeta },
  { beta: 'input_audio_noise_reduction', ga: 'audio.input.noise_reduction' },
  { beta: 'turn_detection', ga: 'audio.input.turn_detection', toBeta: without('idle_timeout_ms') },
];

/** A realtime session, field by field; `temperature` and `type` have no counterpart. */
export const SESSION_FIELDS: readonly BetaField[] = [
  ...same('id', 'object', 'model', 'expires_at', 'instructions'),
  ...VOICE_FIELDS,
  { beta: 'speed', ga: 'audio.output.speed' },
  ...INPUT_FIELDS,
  ...TOOL_FIELDS,
  { beta: 'max_response_output_tokens', ga: 'max_output_tokens' },
  ...same('tracing'),
];

/** A transcription session, field by field. */
const TRANSCRIPTION_FIELDS: readonly BetaField[] = [
  ...same('id', 'object', 'expires_at'),
  ...INPUT_FIELDS,
  ...same('include'),
];

// ---- Whole sessions ----

/** What a beta client asks of its session, as GA asks it. */
export function sessionToGa(kind: SessionObject['type'], config: object): SessionUpdateConfig {
  const fields = kind === 'transcription' ? TRANSCRIPTION_FIELDS : SESSION_FIELDS;
  return { type: kind, ...nest(fields, config) } as unknown as SessionUpdateConfig;
}

/** A session a GA server states, as beta states it: no type, and with the temperature [BT7, BT8]. */
export function sessionToBeta(session: SessionObject, temperature: number): Record<string, unknown> {
  if (session.type === 'transcription') return flatten(TRANSCRIPTION_FIELDS, session);
  return { ...flatten(SESSION_FIELDS, session), temperature };
}

/** What a GA client asks of its session, as beta asks it; what beta cannot say is left out. */
export const configToBeta = (config: SessionUpdateConfig): Record<string, unknown> =>
  flatten(config.type === 'transcription' ? TRANSCRIPTION_FIELDS : SESSION_FIELDS, config);

/** A session a beta server states, as GA states it. */
export const sessionFromBeta = (kind: SessionObject['type'], session: object): SessionObject =>
  sessionToGa(kind, session) as RealtimeSessionUpdate as SessionObject;
