// Validates the fields of a recording's lines before they are used: a file may have been cut, edited or made by another
// tool. Kinds of lines: `recording.ts`. Client and server events are validated by their codec, not here.

import { isObject } from '../is-object.ts';
import type { EngineEvent } from '../step/engine-event.ts';
import type { HostEvent, MediaEvent, PlaybackEvent, SpeechEvent, ToolsEvent } from '../step/input.ts';

type Json = Readonly<Record<string, unknown>>;
type Kind = 'string' | 'number' | 'object' | 'list';
/** Field → kind of its value; `?` marks an optional field. */
type Fields = Readonly<Record<string, Kind | `${Kind}?`>>;

const HOST: Readonly<Record<HostEvent['type'], Fields>> = { open: {}, drain: {}, close: {} };

const SPEECH: Readonly<Record<SpeechEvent['type'], Fields>> = {
  started: { audio_ms: 'number' },
  stopped: { audio_ms: 'number' },
  'transcription.delta': { item_id: 'string', delta: 'string', logprobs: 'list?' },
  'transcription.segment': { item_id: 'string', text: 'string', speaker: 'string', start: 'number', end: 'number' },
  'transcription.completed': { item_id: 'string', transcript: 'string', usage: 'object?' },
  'transcription.failed': { item_id: 'string', error: 'object' },
};

const TOOLS: Readonly<Record<ToolsEvent['type'], Fields>> = {
  listed: { item_id: 'string', tools: 'list' },
  list_failed: { item_id: 'string', reason: 'string?' },
  called: { item_id: 'string', output: 'string' },
  call_failed: { item_id: 'string', error: 'object' },
};

const MEDIA: Readonly<Record<MediaEvent['type'], Fields>> = { audio: { audio: 'string', bytes: 'number' } };

const PLAYBACK: Readonly<Record<PlaybackEvent['type'], Fields>> = {
  started: { response_id: 'string' },
  played: { item_id: 'string', content_index: 'number', bytes: 'number' },
  drained: { response_id: 'string' },
};

const ENGINE: Readonly<Record<EngineEvent['type'], Fields>> = {
  message: { phase: 'string?' },
  'text.delta': { delta: 'string' },
  'transcript.delta': { delta: 'string' },
  'audio.delta': { audio: 'string', bytes: 'number' },
  call: { name: 'string', call_id: 'string?', server_label: 'string?' },
  'arguments.delta': { delta: 'string', call_id: 'string?' },
  usage: { usage: 'object' },
  done: { reason: 'string?' },
  failed: { error: 'object' },
};

const EVENTS: ReadonlyMap<unknown, Readonly<Record<string, Fields>>> = new Map<
  string,
  Readonly<Record<string, Fields>>
>(Object.entries({ host: HOST, speech: SPEECH, tools: TOOLS, media: MEDIA, playback: PLAYBACK, engine: ENGINE }));

const HEADER: Fields = { session: 'string', started_at: 'number', hidden: 'list', engine: 'string?' };
const OPTIONS: Fields = { model: 'string', kind: 'string?', session: 'object?', locked: 'list?', limits: 'object?' };

/** The first error of a line that has `from`: `field: expected …`; `undefined` if there is none. Quotes no value. */
export function checkLine(line: Json): string | undefined {
  const { from, at, event, format, state } = line;
  if (!isNumber(at) || at < 0) return 'at: expected a number from 0';
  if (from === 'wire') return checkWireLine(line);
  if (from === 'snapshot') return format !== 1 || isObject(state) ? undefined : 'state: expected an object';
  const known = EVENTS.get(from);
  if (!known && from !== 'client' && from !== 'server') return undefined;
  if (!isObject(event) || typeof event.type !== 'string') return 'event: expected an object with a type';
  if (from === 'client') return checkAudioBytes(line.audio_bytes);
  if (from === 'engine' && typeof line.response_id !== 'string') return 'response_id: expected a string';
  if (!known) return undefined;
  const fields = Object.hasOwn(known, event.type) ? known[event.type] : undefined;
  return fields ? checkFields(event, fields, 'event.') : 'event.type: a name that is not known';
}

function checkWireLine({ issue, event_id }: Json): string | undefined {
  if (!isObject(issue)) return 'issue: expected an object';
  if (typeof issue.message !== 'string') return 'issue.message: expected a string';
  for (const name of ['code', 'param']) {
    if (typeof issue[name] !== 'string' && issue[name] !== null) return `issue.${name}: expected a string or null`;
  }
  const isId = typeof event_id === 'string' || event_id === null || event_id === undefined;
  return isId ? undefined : 'event_id: expected a string or null';
}

function checkAudioBytes(value: unknown): string | undefined {
  const isCounted = value === undefined || (Array.isArray(value) && value.every((each) => isNumber(each) && each >= 0));
  return isCounted ? undefined : 'audio_bytes: expected a list of numbers from 0';
}

/** Like `checkLine`, for the header. */
export function checkHeader(header: Json): string | undefined {
  const { hidden, seed, options } = header;
  const problem = checkFields(header, HEADER, '');
  if (problem !== undefined) return problem;
  if (!(hidden as unknown[]).every((each) => typeof each === 'string')) return 'hidden: expected a list of strings';
  const isSeed =
    Array.isArray(seed) &&
    seed.length === 4 &&
    seed.every((part) => Number.isInteger(part) && part >= 0 && part < 2 ** 32);
  if (seed !== null && !isSeed) return 'seed: expected four unsigned 32-bit integers';
  if (options === null) return undefined;
  return isObject(options) ? checkFields(options, OPTIONS, 'options.') : 'options: expected an object';
}

function checkFields(value: Json, fields: Fields, path: string): string | undefined {
  for (const [name, expected] of Object.entries(fields)) {
    const field = Object.hasOwn(value, name) ? value[name] : undefined;
    const kind = expected.replace('?', '') as Kind;
    if (field === undefined && expected.endsWith('?')) continue;
    if (!CHECKS[kind](field)) return `${path}${name}: expected ${EXPECTED[kind]}`;
  }
  return undefined;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const CHECKS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: isNumber,
  object: isObject,
  list: Array.isArray,
};

const EXPECTED: Readonly<Record<Kind, string>> = {
  string: 'a string',
  number: 'a number',
  object: 'an object',
  list: 'a list',
};
