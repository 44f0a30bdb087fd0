// The settings of `colloquy serve` in one table, read from flags, environment, a JSON file and defaults, in this order.
// Keys are not settings: they come only from COLLOQUY_API_KEYS and COLLOQUY_UPSTREAM_KEY, because every process can read
// arguments.

import { readFileSync } from 'node:fs';
import type { ParseArgsConfig } from 'node:util';
import { misused } from './command.ts';
import { fileErrorText } from './file-error.ts';

/** How one kind of value is read; both readers answer `undefined` for a value that is not of the kind. */
interface Kind<T> {
  /** Completes "must be …". */
  readonly expected: string;
  /** From a flag or the environment. */
  readonly fromText: (text: string) => T | undefined;
  /** From the file. */
  readonly fromJson: (value: unknown) => T | undefined;
}

export interface Setting<T> extends Kind<T> {
  readonly env: string;
  /** What stands for the value in the help; a switch has none. */
  readonly value?: string;
  /** For the help, one line. */
  readonly about: string;
}

const splitList = (text: string) => text.split(',').flatMap((word) => word.trim() || []);

function wholeNumber(min: number, max: number): Kind<number> {
  const check = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined;
  return {
    expected: `a whole number from ${min} to ${max}`,
    fromText: (text) => (/^\d{1,9}$/.test(text) ? check(Number(text)) : undefined),
    fromJson: check,
  };
}

function oneOf<const T extends string>(...choices: T[]): Kind<T> {
  const check = (value: unknown) => choices.find((each) => each === value);
  return {
    expected: choices.length > 1 ? `one of ${choices.join(', ')}` : `'${choices[0]}'`,
    fromText: check,
    fromJson: check,
  };
}

const PORT_RANGE: Kind<readonly [number, number]> = {
  expected: 'two different ports, the lower one first, such as 40000-40199',
  fromText: portRange,
  fromJson: (value) => (typeof value === 'string' ? portRange(value) : undefined),
};

function portRange(text: string): readonly [number, number] | undefined {
  const [, first, last] = (/^(\d{1,5})-(\d{1,5})$/.exec(text) ?? []).map(Number);
  if (first === undefined || last === undefined) return undefined;
  return first >= 1 && first < last && last <= 65_535 ? [first, last] : undefined;
}

const TEXT: Kind<string> = {
  expected: 'a non-empty text',
  fromText: (text) => text || undefined,
  fromJson: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
};

const SWITCH: Kind<boolean> = {
  expected: 'true or false',
  fromText: (text) => (/^(?:true|1)$/.test(text) ? true : /^(?:false|0)$/.test(text) ? false : undefined),
  fromJson: (value) => (typeof value === 'boolean' ? value : undefined),
};

const LIST: Kind<string[]> = {
  expected: 'a list of texts',
  fromText: splitList,
  fromJson: (value) => (Array.isArray(value) && value.every((each) => TEXT.fromJson(each)) ? value : undefined),
};

/** Made of names that are looked up later: those of `engines` in the file are engines too. */
const NAMES_OF_ENGINES: Kind<string[]> = {
  expected: 'names of engines, comma-separated',
  fromText: (text) => (splitList(text).length > 0 ? splitList(text) : undefined),
  fromJson: (value) => {
    if (typeof value === 'string') return NAMES_OF_ENGINES.fromText(value);
    const list = LIST.fromJson(value);
    return list && list.length > 0 ? list : undefined;
  },
};

type EndpointFlag = `${'think' | 'transcribe' | 'speak'}-${'url' | 'model' | 'key-env' | 'key-file'}`;

/** The settings all endpoints of a cascade have. Their keys are named, never given: every process can read arguments. */
function endpointSettings<const S extends 'think' | 'transcribe' | 'speak'>(stage: S, verb: string) {
  const env = `COLLOQUY_${stage.toUpperCase()}`;
  return {
    [`${stage}-url`]: {
      ...TEXT,
      env: `${env}_URL`,
      value: 'url',
      about: `what ${verb}, e.g. http://127.0.0.1:8000/v1`,
    },
    [`${stage}-model`]: { ...TEXT, env: `${env}_MODEL`, value: 'name', about: 'the model name at the endpoint' },
    [`${stage}-key-env`]: {
      ...TEXT,
      env: `${env}_KEY_ENV`,
      value: 'name',
      about: `the environment variable that holds its key (${env}_KEY)`,
    },
    [`${stage}-key-file`]: { ...TEXT, env: `${env}_KEY_FILE`, value: 'file', about: 'the file with its key' },
  } as { [F in Extract<EndpointFlag, `${S}-${string}`>]: Setting<string> };
}

const isSwitch = (kind: Kind<unknown>) => kind.expected === SWITCH.expected;

/** Every setting, under the name it has as a flag and as a key of the file. */
export const SETTINGS = {
  port: {
    ...wholeNumber(0, 65_535),
    env: 'COLLOQUY_PORT',
    value: 'number',
    about: 'the port; 0 selects a free one (8787)',
  },
  host: {
    ...TEXT,
    env: 'COLLOQUY_HOST',
    value: 'address',
    about: 'the address to listen on; other than loopback requires keys (localhost)',
  },
  engine: {
    ...NAMES_OF_ENGINES,
    env: 'COLLOQUY_ENGINE',
    value: 'names',
    about:
      'offline, parrot, scripted, cascade (the endpoints below) or sherpa (model files); default offline, or cascade or sherpa if configured; with several, such as offline,parrot, a session selects one by its model, otherwise the first',
  },
  scenario: {
    ...TEXT,
    env: 'COLLOQUY_SCENARIO',
    value: 'file',
    about: 'the scenario of the scripted engine, YAML or JSON',
  },
  pace: {
    ...wholeNumber(0, 60_000),
    env: 'COLLOQUY_PACE',
    value: 'ms',
    about: 'pause of the parrot before each word (0)',
  },
  cascade: {
    ...TEXT,
    env: 'COLLOQUY_CASCADE',
    value: 'file',
    about: 'endpoints for STT, LLM and TTS, YAML or JSON: docs/cascade.md; flags override it',
  },
  ...endpointSettings('transcribe', 'STT: an OpenAI-compatible endpoint'),
  'transcribe-language': {
    ...TEXT,
    env: 'COLLOQUY_TRANSCRIBE_LANGUAGE',
    value: 'code',
    about: 'language of sessions that set none, e.g. en',
  },
  ...endpointSettings('think', 'LLM: an OpenAI-compatible endpoint'),
  'think-api': {
    ...oneOf('chat', 'responses'),
    env: 'COLLOQUY_THINK_API',
    value: 'name',
    about: 'its API: chat or responses (chat)',
  },
  ...endpointSettings('speak', 'TTS: an OpenAI-compatible endpoint'),
  'speak-voice': {
    ...TEXT,
    env: 'COLLOQUY_SPEAK_VOICE',
    value: 'name',
    about: 'the voice of every session',
  },
  'speak-rate': {
    ...wholeNumber(4000, 192_000),
    env: 'COLLOQUY_SPEAK_RATE',
    value: 'hz',
    about: 'sample rate of its pcm (24000)',
  },
  'sherpa-models': {
    ...TEXT,
    env: 'COLLOQUY_SHERPA_MODELS',
    value: 'folder',
    about: 'sherpa-onnx models for STT and TTS: docs/engines.md',
  },
  detector: {
    ...SWITCH,
    env: 'COLLOQUY_DETECTOR',
    about: 'detect turns for every engine (on); --no-detector sets turn_detection null',
  },
  webrtc: {
    ...SWITCH,
    env: 'COLLOQUY_WEBRTC',
    about: 'load WebRTC at the start, not with the first call; --no-webrtc refuses calls: docs/webrtc.md',
  },
  'webrtc-addresses': {
    ...LIST,
    env: 'COLLOQUY_WEBRTC_ADDRESSES',
    value: 'list',
    about: 'IP addresses that calls connect to, behind NAT or in a container (those of this machine)',
  },
  'webrtc-ports': {
    ...PORT_RANGE,
    env: 'COLLOQUY_WEBRTC_PORTS',
    value: 'range',
    about: 'UDP ports of calls, two for each: 40000-40199 (any)',
  },
  mcp: {
    ...TEXT,
    env: 'COLLOQUY_MCP',
    value: 'file',
    about: 'MCP servers for tools, YAML or JSON: docs/mcp.md (none)',
  },
  upstream: {
    ...TEXT,
    env: 'COLLOQUY_UPSTREAM',
    value: 'url',
    about: 'relay sessions to this Realtime server, wss://…/v1/realtime, instead of an engine',
  },
  'upstream-auth': {
    ...oneOf('bearer', 'api-key'),
    env: 'COLLOQUY_UPSTREAM_AUTH',
    value: 'way',
    about: 'header of its key: bearer, or api-key for Azure (bearer)',
  },
  models: {
    ...LIST,
    env: 'COLLOQUY_MODELS',
    value: 'list',
    about: 'models that clients may name, comma-separated (any)',
  },
  tls: { ...SWITCH, env: 'COLLOQUY_TLS', about: 'also listen with TLS, with a generated certificate' },
  'tls-port': {
    ...wholeNumber(0, 65_535),
    env: 'COLLOQUY_TLS_PORT',
    value: 'number',
    about: 'the TLS port; 0 selects a free one (8788)',
  },
  beta: { ...SWITCH, env: 'COLLOQUY_BETA', about: 'also serve clients of the beta API' },
  'data-dir': {
    ...TEXT,
    env: 'COLLOQUY_DATA_DIR',
    value: 'folder',
    about: 'folder for recordings of every session, without audio',
  },
  'record-audio': { ...SWITCH, env: 'COLLOQUY_RECORD_AUDIO', about: 'also record audio and images' },
  watch: {
    ...oneOf('off', 'words', 'audio'),
    env: 'COLLOQUY_WATCH',
    value: 'what',
    about: 'what observers see of live sessions: off, words (text), or audio (also audio and images) (words)',
  },
  origins: {
    ...LIST,
    env: 'COLLOQUY_ORIGINS',
    value: 'list',
    about: 'web origins that may connect, comma-separated',
  },
  hosts: {
    ...LIST,
    env: 'COLLOQUY_HOSTS',
    value: 'list',
    about: 'accepted host names besides loopback',
  },
  'log-level': {
    ...oneOf('silent', 'error', 'warn', 'info', 'debug'),
    env: 'COLLOQUY_LOG_LEVEL',
    value: 'level',
    about: 'silent, error, warn, info or debug (warn); the log goes to stderr',
  },
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;
type ValueOf<K> = K extends Kind<infer T> ? T : never;

/** What was set, by name; what was set nowhere is absent, and then the default holds. */
export type Settings = { [N in SettingName]?: ValueOf<(typeof SETTINGS)[N]> } & {
  /** Engines the file describes, by the names sessions choose them by; each has settings of its own. */
  engines?: Readonly<Record<string, Settings>>;
};

const NAMES = Object.keys(SETTINGS) as SettingName[];

/** The settings that describe an engine: those an entry of `engines` may have. */
const OF_ENGINES = NAMES.filter((name) =>
  /^(?:engine|scenario|pace|cascade|sherpa-models|(?:transcribe|think|speak)-.*)$/.test(name),
);

/** The same settings as options of `util.parseArgs`. */
export const SETTING_FLAGS = Object.fromEntries(
  NAMES.map((name) => [name, { type: isSwitch(SETTINGS[name]) ? 'boolean' : 'string' }]),
) as Record<SettingName, { type: 'string' | 'boolean' }> satisfies ParseArgsConfig['options'];

/** Line and column of a place in a text, from 1. */
function placeIn(text: string, position: number): string {
  const lines = text.slice(0, position).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

function parseFile(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw misused(`${file} cannot be read: ${fileErrorText(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The parser's own message may quote the file; only the place is taken from it, where it names one.
    const { message } = error as Error;
    const position = message.includes('end of JSON') ? text.length : /position (\d+)/.exec(message)?.[1];
    throw misused(`${file} is not JSON${position === undefined ? '' : `: look at ${placeIn(text, Number(position))}`}`);
  }
  if (isObject(value)) return value;
  throw misused(`${file} must hold one JSON object`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function keyHint(name: string): string {
  const stage = /^(think|transcribe|speak)/.exec(name)?.[1];
  if (stage) return `name the key's environment variable in '${stage}-key-env', or its file in '${stage}-key-file'`;
  return `keys are read from ${name.startsWith('upstream') ? 'COLLOQUY_UPSTREAM_KEY' : 'COLLOQUY_API_KEYS'} only`;
}

/**
 * Reads the file of settings: one JSON object whose keys are the flags' names. Throws `misused` naming the file and the key:
 * a file that cannot be read, that is not JSON, an unknown key, a value of the wrong kind.
 */
export function readConfigFile(file: string): Settings {
  const { engines, ...rest } = parseFile(file);
  const settings = settingsIn(rest, NAMES, (name) => `${file}: '${name}'`, ['engines']);
  if (engines === undefined) return settings;
  if (!isObject(engines) || Object.keys(engines).length === 0)
    throw misused(`${file}: 'engines' must be an object, each key the name of an engine`);
  const described = Object.entries(engines).map(([key, value]): [string, Settings] => {
    const entry = `engines.${key.slice(0, 64)}`;
    if (!isObject(value)) throw misused(`${file}: '${entry}' must be an object of settings`);
    return [key, settingsIn(value, OF_ENGINES, (name) => `${file}: '${entry}.${name}'`)];
  });
  return { ...settings, engines: Object.fromEntries(described) };
}

/** The settings among these names that an object of the file holds. `called` names a key in messages; `others` are keys read elsewhere. */
function settingsIn(
  values: Record<string, unknown>,
  names: readonly SettingName[],
  called: (name: string) => string,
  others: readonly string[] = [],
): Settings {
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (!names.some((each) => each === name)) {
      const hint = /key/i.test(name) ? keyHint(name) : `known keys: ${[...names, ...others].join(', ')}`;
      throw misused(`${called(name.slice(0, 64))} is not a setting; ${hint}`);
    }
    const setting: Setting<unknown> = SETTINGS[name as SettingName];
    const read = setting.fromJson(value);
    if (read === undefined) throw misused(`${called(name)} must be ${setting.expected}`);
    settings[name] = read;
  }
  return settings as Settings;
}

/**
 * Brings flags, environment and file together, in this order of precedence. `flags` is what `util.parseArgs` read. Throws
 * `misused` naming the flag, the variable, or file and key.
 */
export function readSettings(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
): Settings {
  const settings: Record<string, unknown> = file === undefined ? {} : { ...readConfigFile(file) };
  for (const name of NAMES) {
    const setting: Setting<unknown> = SETTINGS[name];
    const read = (text: string, from: string) => {
      const value = setting.fromText(text);
      if (value === undefined) throw misused(`${from} must be ${setting.expected}`);
      settings[name] = value;
    };
    const flag = flags[name];
    if (typeof flag === 'boolean') settings[name] = flag;
    else if (typeof flag === 'string') read(flag, `--${name}`);
    else if (env[setting.env]) read(env[setting.env] ?? '', setting.env);
  }
  return settings as Settings;
}

/** The server keys: COLLOQUY_API_KEYS, with commas between; none when unset. Throws `misused` when it is set and holds none. */
export function readKeys(env: Readonly<Record<string, string | undefined>>): string[] {
  const text = env.COLLOQUY_API_KEYS;
  if (!text) return [];
  const keys = splitList(text);
  if (keys.length === 0) throw misused('COLLOQUY_API_KEYS is set but contains no key');
  return keys;
}
