// The endpoints of a cascade, as an operator writes them down: the shape, its checks, and the parts made of it. Keys are named
// there, never written there. The format is explained in docs/cascade.md.

import { readFileSync } from 'node:fs';
import { ColloquyError, type Issue } from '@colloquy/protocol';
import { array, boolean, choice, integer, object, optional, type Schema, string } from '@colloquy/protocol/schema';
import { explainIssue, parseConfigText } from '../../config-text.ts';
import type { Speaker, Thinker, Transcriber } from '../ports.ts';
import type { Endpoint } from './http-endpoint.ts';
import { openAiSpeaker } from './openai-speak.ts';
import { openAiThinker } from './openai-think.ts';
import { openAiTranscriber } from './openai-transcribe.ts';
import type { StageName } from './stage-fault.ts';
import { DEFAULT_BUDGET } from './stage-watch.ts';

/** What every endpoint has. */
export interface EndpointConfig {
  /** The API's address, such as `http://127.0.0.1:11434/v1`; or that of the endpoint itself. Without a path `/v1` is meant. */
  url: string;
  /** What the endpoint calls the model. */
  model: string;
  /** The environment variable that holds the key. */
  key_env?: string;
  /** A file that holds the key and nothing else. */
  key_file?: string;
  /** Lets words and keys travel unencrypted to another machine. @default false */
  allow_http?: boolean;
  /** Milliseconds from the request to the first data. @default 30000 */
  first_byte_ms?: number;
  /** Milliseconds between data and data; heartbeats are no data. @default 30000 */
  idle_ms?: number;
  /** Milliseconds for all of it. @default 300000 */
  total_ms?: number;
  /** Further attempts, as long as nothing was said. 0 to 2. @default 2 */
  retries?: number;
}

export interface ThinkConfig extends EndpointConfig {
  /** What the endpoint speaks: `/v1/chat/completions` or `/v1/responses`. @default 'chat' */
  api?: 'chat' | 'responses';
  /** Offers it the session's functions. @default true */
  tools?: boolean;
  /** Shows it images. @default true */
  images?: boolean;
  /** What a chat endpoint calls the limit of tokens. @default 'max_completion_tokens' for OpenAI's own, else 'max_tokens' */
  max_tokens_field?: 'max_tokens' | 'max_completion_tokens';
}

export interface TranscribeConfig extends EndpointConfig {
  /** ISO-639-1, for sessions that name no language. */
  language?: string;
  /** For sessions that give none. */
  prompt?: string;
}

export interface SpeakConfig extends EndpointConfig {
  /** Speaks for every session, whatever voice it names. */
  voice?: string;
  /** The voices sessions may name. Without them the endpoint decides. */
  voices?: string[];
  /** Samples per second of raw sound; a WAV file says its own. @default 24000 */
  rate_hz?: number;
  /** Whether the endpoint heeds `speed`. @default true */
  speed?: boolean;
}

/** At least one of the three; what is left out is the offline part. */
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

/** The schema of the file, published as JSON Schema in docs/cascade.schema.json. */
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
 * Reads a configuration from YAML or JSON text, or takes one that is data already. `name` stands for it in messages.
 *
 * Throws `invalid_configuration` that names the field: not YAML or JSON, an unknown field, a value of the wrong kind, no
 * endpoint at all, an address that is none, unencrypted to another machine, or holds a password.
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
    return null; // the caller says which field holds it
  }
}

// ---- From words to parts ----

const PATHS: Readonly<Record<StageName | 'responses', string>> = {
  transcribe: '/audio/transcriptions',
  think: '/chat/completions',
  responses: '/responses',
  speak: '/audio/speech',
};

/** Where the key comes from: what the process was given, and files. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * An endpoint as the stages want it. Throws `invalid_configuration` when its key is not where it should be. `name` stands for
 * the configuration in messages.
 */
export function endpointOf(
  stage: StageName,
  config: EndpointConfig & { api?: ThinkConfig['api'] },
  env: Environment,
  name = 'cascade',
): Endpoint {
  const address = checkAddress(config, `${name}: '${stage}.url'`);
  const path = PATHS[stage === 'think' && apiOf(config) === 'responses' ? 'responses' : stage];
  if (/^\/*$/.test(address.pathname)) address.pathname = '/v1';
  const given = address.pathname.replace(/(?<!\/)\/+$/, '');
  address.pathname = given.endsWith(path) ? given : given + path;
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
    // A key that was put here by mistake is not repeated.
    if (!key) throw fail(`key_env': ${/^[A-Z_][A-Z0-9_]*$/.test(key_env) ? key_env : 'the variable'} is not set`);
  } else if (key_file) {
    try {
      key = readFileSync(key_file, 'utf8').trim();
    } catch (error) {
      throw fail(`key_file' cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}`);
    }
  } else return undefined;
  // Anything else would break the header it is sent in, and be told in an error of the platform's.
  if (!/^[\x21-\x7e]{1,4096}$/.test(key)) throw fail(`${key_env ? 'key_env' : 'key_file'}' holds no key`);
  return key;
}

/** The parts that are endpoints; the others are absent. */
export interface CascadeParts {
  readonly transcriber?: Transcriber;
  readonly thinker?: Thinker;
  readonly speaker?: Speaker;
}

/**
 * Makes the parts of a configuration that `readCascadeConfig` has let pass. Throws `invalid_configuration` when a key is not
 * where it should be. Asks nobody anything.
 */
export function cascadeParts(config: CascadeConfig, env: Environment, name = 'cascade'): CascadeParts {
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

/** What the thinker of an endpoint needs to know. */
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
