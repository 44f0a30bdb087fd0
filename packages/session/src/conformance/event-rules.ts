// Checks single server events: what existing clients need, and the keys that wire.md marks "always". Stricter than the
// schema, because clients are. Checks across events: `conformance.ts`. Rules: `rules.ts`.

import { base64Length, hideCredentials, REDACTED, readFrame, SERVER_EVENT_TYPES } from '@colloquy/protocol';
import { isObject, objectOf } from '../is-object.ts';
import type { RuleId, Violation } from './rules.ts';

type Json = Record<string, unknown>;

/**
 * Violations of one server event, by rule; empty if there are none. Accepts any value, never throws on JSON, and quotes
 * only names and enum values, cut to 64 characters. Redacted values count as valid. `beta` also allows what only beta
 * connections have.
 */
export function checkServerFrame(event: unknown, options: { beta?: boolean } = {}): Violation[] {
  const problems: Violation[] = [];
  if (!isObject(event)) return [{ rule: 'E1', message: 'not an object' }];
  const report: Report = (rule, message) => problems.push({ rule, message: `${printable(event.type)}: ${message}` });
  const { type } = event;
  if (typeof type !== 'string' || !(SERVER_EVENT_TYPES as readonly string[]).includes(type)) {
    report('E19', 'not a published event type');
    return problems;
  }
  if (!options.beta && (type === 'conversation.created' || type === 'conversation.item.created'))
    report('E19', 'beta only');
  if (type !== 'input_audio_buffer.dtmf_event_received' && !isText(event.event_id)) report('E1', 'no event_id');
  if (isDeeper(event, 64)) report('E21', 'nested too deep');
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
    if (key in event && typeof event[key] !== 'string') report('E4', `${key} is not a string`);
  }
  for (const key of ['item_id', 'response_id', 'call_id'] as const) {
    if (key in event && event[key] === '') report('E4', `${key} is empty`);
  }
  if ('item' in event) checkItem(event.item, type === 'conversation.item.retrieved', report, options);
  if (Object.hasOwn(CHECKS, type)) CHECKS[type]?.(event, report, options);
  if (type.startsWith('response.') && !WITHOUT_IDS.has(type)) checkIds(event, report);
  return problems;
}

type Report = (rule: RuleId, message: string) => unknown;
type Check = (event: Json, report: Report, options: { beta?: boolean }) => void;

const WITHOUT_IDS: ReadonlySet<string> = new Set([
  'response.created',
  'response.done',
  'response.mcp_call.in_progress',
  'response.mcp_call.completed',
  'response.mcp_call.failed',
]);

function checkIds(event: Json, report: Report): void {
  const type = String(event.type);
  if (!isText(event.response_id)) report('W4.2', 'no response_id');
  if (!isCount(event.output_index)) report('W4.2', 'no output_index');
  if (type.startsWith('response.output_item')) return;
  if (!isText(event.item_id)) report('W4.2', 'no item_id');
  if (/function_call|mcp_call/.test(type)) return;
  if (!isCount(event.content_index)) report('W4.2', 'no content_index');
}

const checkPrevious: Check = (event, report) => {
  const { previous_item_id } = event;
  if (previous_item_id !== null && !isText(previous_item_id)) report('E16', 'previous_item_id is missing or no id');
};

const checkSession: Check = (event, report) => {
  if (!isObject(event.session)) return report('E1', 'no session');
  const { session } = event;
  for (const key of session.type === 'transcription' ? TRANSCRIPTION_KEYS : SESSION_KEYS) {
    if (!(key in session)) report('W7', `session.${key} is missing`);
  }
  const audio = objectOf(session.audio);
  const input = objectOf(audio.input);
  for (const key of ['format', 'transcription', 'noise_reduction', 'turn_detection']) {
    if (!(key in input)) report('W7', `session.audio.input.${key} is missing`);
  }
  if (session.type === 'realtime') {
    const output = objectOf(audio.output);
    for (const key of ['format', 'voice', 'speed'])
      if (!(key in output)) report('W7', `session.audio.output.${key} is missing`);
    for (const tool of Array.isArray(session.tools) ? session.tools : []) {
      if (isObject(tool) && ('authorization' in tool || 'headers' in tool)) report('SE29', 'an MCP secret is shown');
    }
  }
  const { transcription } = input;
  if (isObject(transcription)) {
    for (const key of ['model', 'language', 'prompt']) if (!(key in transcription)) report('W7.3', `${key} is missing`);
  }
};

const SESSION_KEYS =
  'type object id expires_at model output_modalities instructions audio include tracing tools tool_choice max_output_tokens truncation prompt'.split(
    ' ',
  );
const TRANSCRIPTION_KEYS = 'type object id expires_at audio include'.split(' ');

const checkResponse: Check = (event, report, options) => {
  const response = event.response;
  if (!isObject(response)) return report('E14', 'no response');
  for (const key of RESPONSE_KEYS) if (!(key in response)) report('E14', `response.${key} is missing`);
  if (response.object !== 'realtime.response') report('E14', 'response.object');
  if (!Array.isArray(response.output)) report('E14', 'response.output');
  else for (const item of response.output) checkItem(item, false, report, options);
  if (response.metadata !== null && !isObject(response.metadata)) report('E17', 'response.metadata');
  const terminal = event.type === 'response.done';
  if (terminal === (response.status === 'in_progress')) report('RS1', `status ${printable(response.status)}`);
  if (!terminal) {
    if (response.usage !== null || response.status_details !== null)
      report('RS1', 'usage or status_details is not null');
    return;
  }
  checkUsage(response.usage, report);
  const details = response.status_details;
  if (response.status === 'completed') {
    if (details !== null) report('RS21', 'status_details is not null');
  } else if (!isObject(details) || details.type !== response.status) report('E14', 'status_details.type');
};

const RESPONSE_KEYS =
  'object id status status_details output conversation_id output_modalities max_output_tokens audio usage metadata'.split(
    ' ',
  );

function checkUsage(usage: unknown, report: Report): void {
  if (!isObject(usage)) return void report('RS35', 'no usage');
  const input = objectOf(usage.input_token_details);
  const cached = objectOf(input.cached_tokens_details);
  const output = objectOf(usage.output_token_details);
  const counts = [usage.total_tokens, usage.input_tokens, usage.output_tokens, input.cached_tokens];
  for (const details of [input, cached]) counts.push(details.text_tokens, details.audio_tokens, details.image_tokens);
  counts.push(output.text_tokens, output.audio_tokens);
  if (!counts.every(isCount)) report('E14', 'usage is not complete');
  if (usage.total_tokens !== numberOf(usage.input_tokens) + numberOf(usage.output_tokens))
    report('W9.1', 'usage does not add up');
}

const checkPart: Check = (event, report) => {
  const { part } = event;
  if (!isObject(part)) return report('E10', 'no part');
  const field = part.type === 'text' ? 'text' : part.type === 'audio' ? 'transcript' : null;
  if (!field) return report('E10', `part type ${printable(part.type)}`);
  if (typeof part[field] !== 'string') report('E10', `part.${field} is not a string`);
  if ('audio' in part) report('E10', 'part with audio bytes');
};

const CHECKS: Readonly<Record<string, Check>> = {
  'session.created': checkSession,
  'session.updated': checkSession,
  'conversation.item.added': checkPrevious,
  'conversation.item.done': checkPrevious,
  'input_audio_buffer.committed': checkPrevious,
  'response.created': checkResponse,
  'response.done': checkResponse,
  'response.content_part.added': checkPart,
  'response.content_part.done': checkPart,
  'response.output_item.done': (event, report) => {
    const { item } = event;
    if (!isObject(item)) return;
    if (item.type === 'function_call' && item.status !== 'completed' && item.status !== 'incomplete') {
      report('E6', 'a finished call is neither completed nor incomplete');
    }
  },
  'response.output_audio.delta': (event, report) => {
    if (!isBase64(event.delta)) report('E15', 'delta is not base64');
  },
  'response.function_call_arguments.done': (event, report) => {
    if (!isText(event.name) || !isText(event.call_id)) report('E6', 'name or call_id is missing');
  },
  'conversation.item.input_audio_transcription.delta': (event, report) => {
    if (!isCount(event.content_index) || typeof event.delta !== 'string')
      report('W4.1', 'content_index or delta is missing');
  },
  'conversation.item.input_audio_transcription.completed': (event, report) => {
    const { usage } = event;
    const isComplete = isObject(usage) && (usage.type === 'duration' ? isNumber(usage.seconds) : isTokenUsage(usage));
    if (!isComplete) report('E11', 'usage is not complete');
    if (typeof event.transcript !== 'string') report('E11', 'no transcript');
  },
  'conversation.item.input_audio_transcription.failed': (event, report) => {
    const error = objectOf(event.error);
    if (!['type', 'code', 'message'].every((key) => typeof error[key] === 'string'))
      report('E12', 'error is not complete');
    if (error.param === null) report('E12', 'param is null');
  },
  'input_audio_buffer.speech_started': (event, report) => {
    if (!isCount(event.audio_start_ms)) report('W4.1', 'audio_start_ms');
  },
  'input_audio_buffer.speech_stopped': (event, report) => {
    if (!isCount(event.audio_end_ms)) report('W4.1', 'audio_end_ms');
  },
  'rate_limits.updated': (event, report) => {
    for (const limit of Array.isArray(event.rate_limits) ? event.rate_limits : [null]) {
      if (!isObject(limit) || (limit.name !== 'requests' && limit.name !== 'tokens')) report('E13', 'a name not known');
      else if (![limit.limit, limit.remaining].every(isCount) || !isNumber(limit.reset_seconds))
        report('E13', 'numbers');
    }
  },
  error: (event, report) => {
    const { error } = event;
    if (!isObject(error)) return report('E18', 'no error');
    for (const key of ['type', 'code', 'message', 'param', 'event_id']) if (!(key in error)) report('E18', `no ${key}`);
    const message = textOf(error.message);
    if (message.length > 512 || /[\r\n]/.test(message)) report('ER4', 'message is not one short line');
    if (error.code === 'response_cancel_not_active' && !message.startsWith('Cancellation failed'))
      report('E18', 'words');
  },
};

function isTokenUsage(usage: Json): boolean {
  const details = objectOf(usage.input_token_details);
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

/** Part types by role. A map, because a peer may send any role, also `constructor`. */
const PARTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['system', ['input_text']],
  ['user', ['input_text', 'input_audio', 'input_image']],
  ['assistant', ['output_text', 'output_audio']],
]);

function checkItem(item: unknown, mayHaveAudio: boolean, report: Report, options: { beta?: boolean }): void {
  if (!isObject(item)) return void report('E2', 'no item');
  for (const key of ['id', 'status', 'call_id', 'name', 'arguments', 'role', 'server_label', 'output'] as const) {
    if (item.type === 'mcp_call' && key === 'output') continue;
    if (key in item && typeof item[key] !== 'string') report('E4', `item.${key} is not a string`);
  }
  if (!isText(item.id)) report('E2', 'item without id');
  if (!textOf(item.type).startsWith('mcp') && !isText(item.status)) report('W5', 'item without status');
  switch (item.type) {
    case 'message':
      checkMessage(item, mayHaveAudio, report, options);
      break;
    case 'function_call':
      if (!isText(item.call_id) || !isText(item.name)) report('E6', 'call without call_id or name');
      if (typeof item.arguments !== 'string') report('E6', 'call without arguments');
      break;
    case 'function_call_output':
      if (!isText(item.call_id) || typeof item.output !== 'string') report('W5', 'output without call_id or output');
      break;
    case 'mcp_call':
      if (typeof item.arguments !== 'string' || !('output' in item))
        report('E7', 'mcp_call without arguments or output');
      for (const key of ['error', 'approval_request_id']) if (!(key in item)) report('MC18', `mcp_call without ${key}`);
      break;
    case 'mcp_list_tools':
      if (!Array.isArray(item.tools)) return void report('E8', 'no tools');
      for (const tool of item.tools) {
        if (!isObject(tool) || typeof tool.description !== 'string' || !isObject(tool.input_schema)) {
          report('E8', 'a tool without description or input_schema');
        } else if (!('annotations' in tool)) report('MC20', 'a tool without annotations');
      }
      break;
    case 'mcp_approval_request':
      if (item.arguments !== '' && !isJson(item.arguments)) report('E9', 'arguments are not JSON');
      break;
    case 'mcp_approval_response':
      break;
    default:
      report('W5', `item type ${printable(item.type)}`);
  }
}

function checkMessage(item: Json, mayHaveAudio: boolean, report: Report, { beta }: { beta?: boolean }): void {
  if (!isText(item.role)) report('E2', 'message without role');
  if (!Array.isArray(item.content)) return void report('E2', 'message without content');
  for (const part of item.content as unknown[]) {
    if (!isObject(part)) {
      report('E5', 'part is not an object');
      continue;
    }
    if (!beta && !PARTS.get(textOf(item.role))?.includes(textOf(part.type)))
      report('E5', `${printable(part.type)} in a message of ${printable(item.role)}`);
    if ('audio' in part && (!mayHaveAudio || !isBase64(part.audio))) report('CV29', 'audio bytes');
    if (part.type === 'input_text' || part.type === 'output_text') {
      if (typeof part.text !== 'string') report('E3', `${part.type} without text`);
    } else if (part.type === 'input_audio') {
      if (!('transcript' in part)) report('E3', 'input_audio without transcript');
    } else if (part.type === 'output_audio') {
      // `null` after a truncation; other servers omit it.
      if (part.transcript != null && typeof part.transcript !== 'string') report('E3', 'output_audio transcript');
    } else if (part.type === 'input_image' && !(isText(part.image_url) && isText(part.detail))) {
      report('W5.1', 'input_image without image_url or detail');
    }
  }
}

// ---- Values ----

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;

/** `String` and `Number` throw on an object whose `toString` is not a function. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

const isBase64 = (value: unknown): boolean =>
  value === REDACTED || (typeof value === 'string' && base64Length(value) !== undefined);

function isJson(value: unknown): boolean {
  return value === REDACTED || (typeof value === 'string' && readFrame(value, false).ok);
}

/** Does not descend further than `depth`. */
function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

/** A name from an event, short enough to print. */
const printable = (value: unknown): string =>
  typeof value === 'string' ? hideCredentials(value).slice(0, 64) : typeof value;
