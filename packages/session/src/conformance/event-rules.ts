// What a server may emit, frame by frame: what clients in use need, and the keys that wire.md marks "always". Narrower than the
// schema, because clients are. What only several frames together show is `conformance.ts`, the rules' words `rules.ts`.

import { base64Length, hideCredentials, REDACTED, readFrame, SERVER_EVENT_TYPES } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import type { RuleId, Violation } from './rules.ts';

type Json = Record<string, unknown>;

/**
 * What is wrong with one server event, by rule; empty when nothing is. Takes any value, never throws on JSON, and quotes nothing
 * but names and enum values, cut to 64 characters. Values that were redacted are taken for sound. `beta` also allows what only
 * beta connections see.
 */
export function checkServerFrame(event: unknown, options: { beta?: boolean } = {}): Violation[] {
  const problems: Violation[] = [];
  if (!isObject(event)) return [{ rule: 'E1', message: 'not an object' }];
  const say: Say = (rule, what) => problems.push({ rule, message: `${cut(event.type)}: ${what}` });
  const { type } = event;
  if (typeof type !== 'string' || !(SERVER_EVENT_TYPES as readonly string[]).includes(type)) {
    say('E19', 'not a published event type');
    return problems;
  }
  if (!options.beta && (type === 'conversation.created' || type === 'conversation.item.created'))
    say('E19', 'beta only');
  if (type !== 'input_audio_buffer.dtmf_event_received' && !isText(event.event_id)) say('E1', 'no event_id');
  if (isDeeper(event, 64)) say('E21', 'nested too deep');
  for (const key of [
    'item_id',
    'response_id',
    'delta',
    'text',
    'transcript',
    'arguments',
    'call_id',
    'name',
  ] as const) {
    if (key in event && typeof event[key] !== 'string') say('E4', `${key} is not a string`);
  }
  for (const key of ['item_id', 'response_id', 'call_id'] as const) {
    if (key in event && event[key] === '') say('E4', `${key} is empty`);
  }
  if ('item' in event) checkItem(event.item, type === 'conversation.item.retrieved', say, options);
  if (Object.hasOwn(CHECKS, type)) CHECKS[type]?.(event, say, options);
  if (type.startsWith('response.') && !UNTIED.has(type)) checkTies(event, say);
  return problems;
}

type Say = (rule: RuleId, what: string) => unknown;
type Check = (event: Json, say: Say, options: { beta?: boolean }) => void;

const UNTIED: ReadonlySet<string> = new Set([
  'response.created',
  'response.done',
  'response.mcp_call.in_progress',
  'response.mcp_call.completed',
  'response.mcp_call.failed',
]);

function checkTies(event: Json, say: Say): void {
  const type = String(event.type);
  if (!isText(event.response_id)) say('W4.2', 'no response_id');
  if (!isCount(event.output_index)) say('W4.2', 'no output_index');
  if (type.startsWith('response.output_item')) return;
  if (!isText(event.item_id)) say('W4.2', 'no item_id');
  if (/function_call|mcp_call/.test(type)) return;
  if (!isCount(event.content_index)) say('W4.2', 'no content_index');
}

const placed: Check = (event, say) => {
  const { previous_item_id } = event;
  if (previous_item_id !== null && !isText(previous_item_id)) say('E16', 'previous_item_id is missing or no id');
};

const session: Check = (event, say) => {
  if (!isObject(event.session)) return say('E1', 'no session');
  const { session } = event;
  for (const key of session.type === 'transcription' ? TRANSCRIPTION_KEYS : SESSION_KEYS) {
    if (!(key in session)) say('W7', `session.${key} is missing`);
  }
  const audio = isObject(session.audio) ? session.audio : {};
  const input = isObject(audio.input) ? audio.input : {};
  for (const key of ['format', 'transcription', 'noise_reduction', 'turn_detection']) {
    if (!(key in input)) say('W7', `session.audio.input.${key} is missing`);
  }
  if (session.type === 'realtime') {
    const output = isObject(audio.output) ? audio.output : {};
    for (const key of ['format', 'voice', 'speed'])
      if (!(key in output)) say('W7', `session.audio.output.${key} is missing`);
    for (const tool of Array.isArray(session.tools) ? session.tools : []) {
      if (isObject(tool) && ('authorization' in tool || 'headers' in tool)) say('SE29', 'an MCP secret is shown');
    }
  }
  const { transcription } = input;
  if (isObject(transcription)) {
    for (const key of ['model', 'language', 'prompt']) if (!(key in transcription)) say('W7.3', `${key} is missing`);
  }
};

const SESSION_KEYS =
  'type object id expires_at model output_modalities instructions audio include tracing tools tool_choice max_output_tokens truncation prompt'.split(
    ' ',
  );
const TRANSCRIPTION_KEYS = 'type object id expires_at audio include'.split(' ');

const response: Check = (event, say, options) => {
  const given = event.response;
  if (!isObject(given)) return say('E14', 'no response');
  for (const key of RESPONSE_KEYS) if (!(key in given)) say('E14', `response.${key} is missing`);
  if (given.object !== 'realtime.response') say('E14', 'response.object');
  if (!Array.isArray(given.output)) say('E14', 'response.output');
  else for (const item of given.output) checkItem(item, false, say, options);
  if (given.metadata !== null && !isObject(given.metadata)) say('E17', 'response.metadata');
  const terminal = event.type === 'response.done';
  if (terminal === (given.status === 'in_progress')) say('RS1', `status ${cut(given.status)}`);
  if (!terminal) {
    if (given.usage !== null || given.status_details !== null) say('RS1', 'usage or status_details is not null');
    return;
  }
  checkUsage(given.usage, say);
  const details = given.status_details;
  if (given.status === 'completed') {
    if (details !== null) say('RS21', 'status_details is not null');
  } else if (!isObject(details) || details.type !== given.status) say('E14', 'status_details.type');
};

const RESPONSE_KEYS =
  'object id status status_details output conversation_id output_modalities max_output_tokens audio usage metadata'.split(
    ' ',
  );

function checkUsage(usage: unknown, say: Say): void {
  if (!isObject(usage)) return void say('RS35', 'no usage');
  const input = isObject(usage.input_token_details) ? usage.input_token_details : {};
  const cached = isObject(input.cached_tokens_details) ? input.cached_tokens_details : {};
  const output = isObject(usage.output_token_details) ? usage.output_token_details : {};
  const counts = [usage.total_tokens, usage.input_tokens, usage.output_tokens, input.cached_tokens];
  for (const details of [input, cached]) counts.push(details.text_tokens, details.audio_tokens, details.image_tokens);
  counts.push(output.text_tokens, output.audio_tokens);
  if (!counts.every(isCount)) say('E14', 'usage is not complete');
  if (usage.total_tokens !== numberOf(usage.input_tokens) + numberOf(usage.output_tokens))
    say('W9.1', 'usage does not add up');
}

const part: Check = (event, say) => {
  const { part } = event;
  if (!isObject(part)) return say('E10', 'no part');
  const field = part.type === 'text' ? 'text' : part.type === 'audio' ? 'transcript' : null;
  if (!field) return say('E10', `part type ${cut(part.type)}`);
  if (typeof part[field] !== 'string') say('E10', `part.${field} is not a string`);
  if ('audio' in part) say('E10', 'part with audio bytes');
};

const CHECKS: Readonly<Record<string, Check>> = {
  'session.created': session,
  'session.updated': session,
  'conversation.item.added': placed,
  'conversation.item.done': placed,
  'input_audio_buffer.committed': placed,
  'response.created': response,
  'response.done': response,
  'response.content_part.added': part,
  'response.content_part.done': part,
  'response.output_item.done': (event, say) => {
    const { item } = event;
    if (!isObject(item)) return;
    if (item.type === 'function_call' && item.status !== 'completed' && item.status !== 'incomplete') {
      say('E6', 'a finished call is neither completed nor incomplete');
    }
  },
  'response.output_audio.delta': (event, say) => {
    if (!isBase64(event.delta)) say('E15', 'delta is not base64');
  },
  'response.function_call_arguments.done': (event, say) => {
    if (!isText(event.name) || !isText(event.call_id)) say('E6', 'name or call_id is missing');
  },
  'conversation.item.input_audio_transcription.delta': (event, say) => {
    if (!isCount(event.content_index) || typeof event.delta !== 'string')
      say('W4.1', 'content_index or delta is missing');
  },
  'conversation.item.input_audio_transcription.completed': (event, say) => {
    const { usage } = event;
    const known = isObject(usage) && (usage.type === 'duration' ? isNumber(usage.seconds) : isTokenUsage(usage));
    if (!known) say('E11', 'usage is not complete');
    if (typeof event.transcript !== 'string') say('E11', 'no transcript');
  },
  'conversation.item.input_audio_transcription.failed': (event, say) => {
    const error = isObject(event.error) ? event.error : {};
    if (!['type', 'code', 'message'].every((key) => typeof error[key] === 'string'))
      say('E12', 'error is not complete');
    if (error.param === null) say('E12', 'param is null');
  },
  'input_audio_buffer.speech_started': (event, say) => {
    if (!isCount(event.audio_start_ms)) say('W4.1', 'audio_start_ms');
  },
  'input_audio_buffer.speech_stopped': (event, say) => {
    if (!isCount(event.audio_end_ms)) say('W4.1', 'audio_end_ms');
  },
  'rate_limits.updated': (event, say) => {
    for (const limit of Array.isArray(event.rate_limits) ? event.rate_limits : [null]) {
      if (!isObject(limit) || (limit.name !== 'requests' && limit.name !== 'tokens')) say('E13', 'a name not known');
      else if (![limit.limit, limit.remaining].every(isCount) || !isNumber(limit.reset_seconds)) say('E13', 'numbers');
    }
  },
  error: (event, say) => {
    const { error } = event;
    if (!isObject(error)) return say('E18', 'no error');
    for (const key of ['type', 'code', 'message', 'param', 'event_id']) if (!(key in error)) say('E18', `no ${key}`);
    const message = textOf(error.message);
    if (message.length > 512 || /[\r\n]/.test(message)) say('ER4', 'message is not one short line');
    if (error.code === 'response_cancel_not_active' && !message.startsWith('Cancellation failed')) say('E18', 'words');
  },
};

function isTokenUsage(usage: Json): boolean {
  const details = isObject(usage.input_token_details) ? usage.input_token_details : {};
  const counts = [
    usage.total_tokens,
    usage.input_tokens,
    usage.output_tokens,
    details.text_tokens,
    details.audio_tokens,
  ];
  return usage.type === 'tokens' && counts.every(isCount);
}

// ---- Items ----

/** Types of parts by role. A map: a peer may send any role, `constructor` too. */
const PARTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['system', ['input_text']],
  ['user', ['input_text', 'input_audio', 'input_image']],
  ['assistant', ['output_text', 'output_audio']],
]);

function checkItem(item: unknown, mayHaveAudio: boolean, say: Say, options: { beta?: boolean }): void {
  if (!isObject(item)) return void say('E2', 'no item');
  for (const key of ['id', 'status', 'call_id', 'name', 'arguments', 'role', 'server_label', 'output'] as const) {
    if (item.type === 'mcp_call' && key === 'output') continue;
    if (key in item && typeof item[key] !== 'string') say('E4', `item.${key} is not a string`);
  }
  if (!isText(item.id)) say('E2', 'item without id');
  if (!textOf(item.type).startsWith('mcp') && !isText(item.status)) say('W5', 'item without status');
  switch (item.type) {
    case 'message':
      checkMessage(item, mayHaveAudio, say, options);
      break;
    case 'function_call':
      if (!isText(item.call_id) || !isText(item.name)) say('E6', 'call without call_id or name');
      if (typeof item.arguments !== 'string') say('E6', 'call without arguments');
      break;
    case 'function_call_output':
      if (!isText(item.call_id) || typeof item.output !== 'string') say('W5', 'output without call_id or output');
      break;
    case 'mcp_call':
      if (typeof item.arguments !== 'string' || !('output' in item)) say('E7', 'mcp_call without arguments or output');
      for (const key of ['error', 'approval_request_id']) if (!(key in item)) say('MC18', `mcp_call without ${key}`);
      break;
    case 'mcp_list_tools':
      if (!Array.isArray(item.tools)) return void say('E8', 'no tools');
      for (const tool of item.tools) {
        if (!isObject(tool) || typeof tool.description !== 'string' || !isObject(tool.input_schema)) {
          say('E8', 'a tool without description or input_schema');
        } else if (!('annotations' in tool)) say('MC20', 'a tool without annotations');
      }
      break;
    case 'mcp_approval_request':
      if (item.arguments !== '' && !isJson(item.arguments)) say('E9', 'arguments are not JSON');
      break;
    case 'mcp_approval_response':
      break;
    default:
      say('W5', `item type ${cut(item.type)}`);
  }
}

function checkMessage(item: Json, mayHaveAudio: boolean, say: Say, { beta }: { beta?: boolean }): void {
  if (!isText(item.role)) say('E2', 'message without role');
  if (!Array.isArray(item.content)) return void say('E2', 'message without content');
  for (const part of item.content as unknown[]) {
    if (!isObject(part)) {
      say('E5', 'part is not an object');
      continue;
    }
    if (!beta && !PARTS.get(textOf(item.role))?.includes(textOf(part.type)))
      say('E5', `${cut(part.type)} in a message of ${cut(item.role)}`);
    if ('audio' in part && (!mayHaveAudio || !isBase64(part.audio))) say('CV29', 'audio bytes');
    if (part.type === 'input_text' || part.type === 'output_text') {
      if (typeof part.text !== 'string') say('E3', `${part.type} without text`);
    } else if (part.type === 'input_audio') {
      if (!('transcript' in part)) say('E3', 'input_audio without transcript');
    } else if (part.type === 'output_audio') {
      // `null` once truncated, where other servers leave it out.
      if (part.transcript != null && typeof part.transcript !== 'string') say('E3', 'output_audio transcript');
    } else if (part.type === 'input_image' && !(isText(part.image_url) && isText(part.detail))) {
      say('W5.1', 'input_image without image_url or detail');
    }
  }
}

// ---- Values ----

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;

/** `String` and `Number` throw on an object whose `toString` is no function. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

const isBase64 = (value: unknown): boolean =>
  value === REDACTED || (typeof value === 'string' && base64Length(value) !== undefined);

function isJson(value: unknown): boolean {
  return value === REDACTED || (typeof value === 'string' && readFrame(value, false).ok);
}

/** Walks no further down than asked. */
function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

/** A name from a frame, short enough to be shown. */
const cut = (value: unknown): string =>
  typeof value === 'string' ? hideCredentials(value).slice(0, 64) : typeof value;
