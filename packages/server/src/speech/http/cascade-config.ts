// The endpoints of a cascade: configuration type, schema, reader, and the components made of it. It names environment
// variables or files, never keys. Format: docs/cascade.md.

import { readFileSync } from 'node:fs';
import { ColloquyError, type Issue } from '@colloquy/protocol';
import { array, boolean, choice, integer, object, optional, type Schema, string } from '@colloquy/protocol/schema';
import { explainIssue, parseConfigText } from '../../config-text.ts';
import type { Speaker, Thinker, Transcriber } from '../ports.ts';
import { DEFAULT_BUDGET } from './endpoint-deadline.ts';
import type { EndpointName } from './endpoint-fault.ts';
import type { Endpoint } from './http-endpoint.ts';
import { openAiSpeaker } from './openai-speak.ts';
import { openAiThinker } from './openai-think.ts';
import { openAiTranscriber } from './openai-transcribe.ts';

/** Settings of every endpoint. */
export interface EndpointConfig {
  /** URL of the API, such as `http://127.0.0.1:11434/v1`, or of the endpoint itself. Without a path, `/v1` is added. */
  url: string;
  /** The endpoint's name for the model. */
  model: string;
  /** Environment variable with the key. */
  key_env?: string;
  /** File with the key and nothing else. */
  key_file?: string;
  /** Allows plain http to another machine, for content and key. @default false */
  allow_http?: boolean;
  /** Milliseconds from the request to the first data. @default 30000 */
  first_byte_ms?: number;
  /** Milliseconds from one piece of data to the next; heartbeats do not count. @default 30000 */
  idle_ms?: number;
  /** Milliseconds for the whole request. @default 300000 */
  total_ms?: number;
  /** Retries while nothing has been yielded, 0 to 2. @default 2 */
  retries?: number;
}

export interface ThinkConfig extends EndpointConfig {
  /** API of the endpoint: `/v1/chat/completions` or `/v1/responses`. @default 'chat' */
  api?: 'chat' | 'responses';
  /** Sends the session's tools. @default true */
  tools?: boolean;
  /** Sends images. @default true */
  images?: boolean;
  /**
   * Name of the token limit in chat requests. @default 'max_completion_tokens' for OpenAI and Azure, else 'max_tokens'
   */
  max_tokens_field?: 'max_tokens' | 'max_completion_tokens';
}

export interface TranscribeConfig extends EndpointConfig {
  /** ISO-639-1 language if the session sets none. */
  language?: string;
  /** Prompt if the session sets none. */
  prompt?: string;
}

export interface SpeakConfig extends EndpointConfig {
  /** Voice for every session, whichever it requests. */
  voice?: string;
  /** Voices that sessions may request. If absent, the endpoint decides. */
  voices?: string[];
  /** Samples per second of raw audio; a WAV file states its own rate. @default 24000 */
  rate_hz?: number;
  /** True if the endpoint supports `speed`. @default true */
  speed?: boolean;
}

/** Set at least one of the three; an offline component replaces each that is absent. */
export interface CascadeConfig {
  transcribe?: TranscribeConfig;
  think?: ThinkConfig;
  speak?: SpeakConfig;
}

const HOUR_MS = 3_600_000;
const duration = optional(integer({ min: 1, max: HOUR_MS }));
const endpoint = {
  url: string(),
  model: string(),
  key_env: optional(string({ max: 256, pattern: /^[A-Za-z_][A-Za-z0-9_]*$/ })),
  key_file: optional(string()),
  allow_http: optional(boolean()),
  first_byte_ms: duration,
  idle_ms: duration,
  total_ms: duration,
  retries: optional(integer({ min: 0, max: 2 })),
};

/** Schema of the file, published as JSON Schema in docs/cascade.schema.json. */
export const CascadeConfig: Schema<CascadeConfig> = object<CascadeConfig>({
  transcribe: optional(
    object<TranscribeConfig>({ ...endpoint, language: optional(string({ max: 16 })), prompt: optional(string()) }),
  ),
  think: optional(
    object<ThinkConfig>({
      ...endpoint,
      api: optional(choice('chat', 'responses')),
      tools: optional(boolean()),
      images: optional(boolean()),
      max_tokens_field: optional(choice('max_tokens', 'max_completion_tokens')),
    }),
  ),
  speak: optional(
    object<SpeakConfig>({
      ...endpoint,
      voice: optional(string()),
      voices: optional(array(string(), { min: 1 })),
      rate_hz: optional(integer({ min: 4000, max: 192_000 })),
      speed: optional(boolean()),
    }),
  ),
});

const STAGES = ['transcribe', 'think', 'speak'] as const;

const misconfigured = (name: string, what: string) => new ColloquyError('invalid_configuration', `${name}: ${what}`);

/**
 * Reads a configuration from YAML or JSON text, or checks one that is already an object. `name` is used in messages.
 *
 * Throws `invalid_configuration` with the field: not YAML or JSON, an unknown field, a wrong type, no endpoint, or a
 * URL that is invalid, is plain http to another machine, or contains a password.
 */
export function readCascadeConfig(source: string | CascadeConfig, name = 'cascade'): CascadeConfig {
  const value: unknown = typeof source === 'string' ? parseConfigText(source, name) : source;
  const issue = CascadeConfig.check(value, 'server');
  if (issue) throw misconfigured(name, explain(issue));
  const config = value as CascadeConfig;
  const stages = STAGES.filter((stage) => config[stage]);
  if (stages.length === 0) throw misconfigured(name, `needs at least one of ${STAGES.join(', ')}`);
  for (const stage of stages) checkAddress(config[stage] as EndpointConfig, `${name}: '${stage}.url'`);
  for (const stage of stages) {
    const { key_env, key_file } = config[stage] as EndpointConfig;
    if (key_env && key_file) throw misconfigured(name, `'${stage}' has both 'key_env' and 'key_file'`);
  }
  return config;
}

function explain(issue: Issue): string {
  const named = explainIssue(issue);
  const isKey = issue.code === 'unknown_parameter' && /key|token|secret|authorization/i.test(issue.param ?? '');
  return isKey ? `${named} Name the key's environment variable in 'key_env', or its file in 'key_file'.` : named;
}

const isLoopback = (host: string) => host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);

function checkAddress({ url, allow_http }: EndpointConfig, field: string): URL {
  const address = parseUrl(url);
  if (!address || !/^https?:$/.test(address.protocol))
    throw new ColloquyError('invalid_configuration', `${field} must be an address such as https://api.openai.com/v1`);
  if (address.username !== '' || address.password !== '')
    throw new ColloquyError('invalid_configuration', `${field} must hold no password; use 'key_env' or 'key_file'`);
  if (address.protocol === 'http:' && !isLoopback(address.hostname) && !allow_http)
    throw new ColloquyError(
      'invalid_configuration',
      `${field} is unencrypted and leaves this machine: use https, or set 'allow_http'`,
    );
  return address;
}

function parseUrl(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null; // // the caller names the field
  }
}

// ---- From configuration to components ----

const PATHS: Readonly<Record<EndpointName | 'responses', string>> = {
  transcribe: '/audio/transcriptions',
  think: '/chat/completions',
  responses: '/responses',
  speak: '/audio/speech',
};

/** Environment variables with the keys. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Resolves the configuration of an endpoint. Throws `invalid_configuration` if its key is missing. `name` is used in
 * messages.
 */
export function endpointOf(
  stage: EndpointName,
  config: EndpointConfig & { api?: ThinkConfig['api'] },
  env: Environment,
  name = 'cascade',
): Endpoint {
  const address = checkAddress(config, `${name}: '${stage}.url'`);
  const path = PATHS[stage === 'think' && apiOf(config) === 'responses' ? 'responses' : stage];
  if (/^\/*$/.test(address.pathname)) address.pathname = '/v1';
  const basePath = address.pathname.replace(/(?<!\/)\/+$/, '');
  address.pathname = basePath.endsWith(path) ? basePath : basePath + path;
  return {
    stage,
    url: address.href,
    key: readKey(config, env, `${name}: '${stage}`),
    budget: {
      ...DEFAULT_BUDGET,
      firstByteMs: config.first_byte_ms ?? DEFAULT_BUDGET.firstByteMs,
      idleMs: config.idle_ms ?? DEFAULT_BUDGET.idleMs,
      totalMs: config.total_ms ?? DEFAULT_BUDGET.totalMs,
      retries: config.retries ?? DEFAULT_BUDGET.retries,
    },
  };
}

const apiOf = ({ api, url }: { api?: ThinkConfig['api']; url: string }): 'chat' | 'responses' =>
  api ?? (/\/responses\/*(?:\?|$)/.test(url) ? 'responses' : 'chat');

function readKey({ key_env, key_file }: EndpointConfig, env: Environment, field: string): string | undefined {
  const fail = (what: string) => new ColloquyError('invalid_configuration', `${field}.${what}`);
  let key: string | undefined;
  if (key_env) {
    key = env[key_env]?.trim();
    // Does not repeat a name that may be a key put here by mistake.
    if (!key) throw fail(`key_env': ${/^[A-Z_][A-Z0-9_]*$/.test(key_env) ? key_env : 'the variable'} is not set`);
  } else if (key_file) {
    try {
      key = readFileSync(key_file, 'utf8').trim();
    } catch (error) {
      throw fail(`key_file' cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}`);
    }
  } else return undefined;
  // Other characters would break the header, and the platform's error would quote the key.
  if (!/^[\x21-\x7e]{1,4096}$/.test(key)) throw fail(`${key_env ? 'key_env' : 'key_file'}' holds no key`);
  return key;
}

/** Components for the configured endpoints; the others are absent. */
export interface CascadeComponents {
  readonly transcriber?: Transcriber;
  readonly thinker?: Thinker;
  readonly speaker?: Speaker;
}

/**
 * Makes the components of a checked configuration. Throws `invalid_configuration` if a key is missing. Sends no
 * request.
 */
export function cascadeComponents(config: CascadeConfig, env: Environment, name = 'cascade'): CascadeComponents {
  const { transcribe, think, speak } = config;
  return {
    ...(transcribe && {
      transcriber: openAiTranscriber({
        endpoint: endpointOf('transcribe', transcribe, env, name),
        model: transcribe.model,
        ...(transcribe.language && { language: transcribe.language }),
        ...(transcribe.prompt && { prompt: transcribe.prompt }),
      }),
    }),
    ...(think && { thinker: openAiThinker(thinkerOptions(think, endpointOf('think', think, env, name))) }),
    ...(speak && {
      speaker: openAiSpeaker({
        endpoint: endpointOf('speak', speak, env, name),
        model: speak.model,
        ...(speak.voice && { voice: speak.voice }),
        ...(speak.voices && { voices: speak.voices }),
        rateHz: speak.rate_hz ?? 24_000,
        speed: speak.speed ?? true,
      }),
    }),
  };
}

/** Options of the thinker for an endpoint. */
export function thinkerOptions(think: ThinkConfig, endpoint: Endpoint): Parameters<typeof openAiThinker>[0] {
  const isOpenAi = /(?:^|\.)(?:openai|azure)\.com$/.test(new URL(endpoint.url).hostname);
  return {
    endpoint,
    model: think.model,
    api: apiOf(think),
    tools: think.tools ?? true,
    images: think.images ?? true,
    maxTokensField: think.max_tokens_field ?? (isOpenAi ? 'max_completion_tokens' : 'max_tokens'),
  };
}
