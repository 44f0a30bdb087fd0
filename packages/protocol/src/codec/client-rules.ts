// Rules of client events beyond their shape: roles and parts, audio and images, tools and modalities.
// Rules that need the state of a session are in @colloquy/session.

import type { Issue } from '../errors.ts';
import type { ClientEvent } from '../wire/realtime-client-events.ts';
import {
  type InputContentPart,
  type InputItem,
  normalizeItem,
  type ResponseInputItem,
  validateItem,
} from '../wire/realtime-conversation.ts';
import type { RealtimeTool } from '../wire/realtime-session.ts';
import type { TranslationAppendEvent, TranslationClientEvent } from '../wire/realtime-translation.ts';
import { base64Length } from './base64.ts';
import { readImageUri } from './image-uri.ts';

/** What the rules found: the first problem, or the event under today's names and the bytes of its audio. */
export type Ruled<T> = { ok: true; value: T; audio_bytes: number[] } | { ok: false; issue: Issue };

/** Largest JSON text of one tool's `parameters`, in characters [LM5]. */
const MAX_TOOL_SCHEMA = 64 * 1024;

/** Largest event without audio or images, in characters [LM1]. */
const MAX_CONTROL_LENGTH = 1024 * 1024;

/**
 * Judges an event whose shape has been found right. `audio_bytes` lists the decoded length of each base64 audio, in the order of
 * the event: of an append, or of every part whose `audio` is a string.
 *
 * @see SPEC.md CV11, CV14 to CV19, IB2, OB6, SE19, SE31, LM1, LM5
 */
export function applyClientRules<T extends ClientEvent | TranslationClientEvent>(event: T, length: number): Ruled<T> {
  const findings = new Findings();
  const value = judge(event as ClientEvent, findings) as T;
  const issue = tooLong(event as ClientEvent, length) ?? findings.issue;
  return issue ? { ok: false, issue } : { ok: true, value, audio_bytes: findings.audio_bytes };
}

/** As `applyClientRules`, of an item alone. */
export function applyItemRules(item: InputItem): Ruled<InputItem> {
  const findings = new Findings();
  const value = judgeItem(item, '', findings);
  return findings.issue ? { ok: false, issue: findings.issue } : { ok: true, value, audio_bytes: findings.audio_bytes };
}

/**
 * Says what a problem of shape is called where the rules have a name of their own for it: `output_modalities` is right or wrong
 * as a whole [SE19].
 */
export function renameIssue(issue: Issue): Issue {
  const path = /^(?:session|response)\.output_modalities(?=\[\d+\]$)/.exec(issue.param ?? '')?.[0];
  return path && issue.code === 'invalid_value' ? wrongModalities(path) : issue;
}

/** The first problem, and what was counted on the way. */
class Findings {
  issue: Issue | undefined;
  readonly audio_bytes: number[] = [];

  add(code: Issue['code'], param: string, message: string): void {
    this.issue ??= { code, param, message };
  }
}

function judge(event: ClientEvent | TranslationAppendEvent, findings: Findings): ClientEvent | TranslationAppendEvent {
  switch (event.type) {
    case 'session.update':
      if (event.session.type === 'realtime') judgeSettings(event.session, 'session', findings);
      return event;
    case 'input_audio_buffer.append':
    case 'session.input_audio_buffer.append':
      judgeAudio(event.audio, 'audio', findings);
      return event;
    case 'conversation.item.create': {
      const item = judgeItem(event.item, 'item.', findings);
      return item === event.item ? event : { ...event, item };
    }
    case 'response.create': {
      const { response } = event;
      if (!response) return event;
      judgeSettings(response, 'response', findings);
      if (!response.input) return event;
      const input = response.input.map((item, i) => judgeItem(item, `response.input[${i}].`, findings));
      return input.every((item, i) => item === response.input?.[i])
        ? event
        : { ...event, response: { ...response, input } };
    }
    default:
      return event;
  }
}

/** Audio and images may be large, words may not [LM1]. */
function tooLong(event: ClientEvent, length: number): Issue | undefined {
  if (length <= MAX_CONTROL_LENGTH || event.type.endsWith('input_audio_buffer.append')) return undefined;
  if (event.type === 'conversation.item.create' && holdsMedia(event.item)) return undefined;
  if (event.type === 'response.create' && event.response?.input?.some(holdsMedia)) return undefined;
  const message = `The event is too large: more than ${MAX_CONTROL_LENGTH} characters without audio or images.`;
  return { code: 'limit_exceeded', param: null, message };
}

const holdsMedia = (item: ResponseInputItem): boolean =>
  item.type === 'message' &&
  item.content.some((part) => typeof (part as { audio?: unknown }).audio === 'string' || part.type === 'input_image');

// ---- Items ----

function judgeItem<T extends ResponseInputItem>(input: T, path: string, findings: Findings): T {
  if (input.type === 'item_reference') return input;
  if (input.id === '' || input.id === 'root')
    findings.add('invalid_value', `${path}id`, `Invalid value: '${input.id}' cannot be the id of an item.`);
  if (input.type !== 'message') return input;
  const item = normalizeItem(input);
  const [wrong] = validateItem(item);
  // The seed's word becomes the wire's [CV14].
  if (wrong) findings.add('invalid_value', `${path}${wrong.param}`, `Invalid value: ${path}${wrong.message}.`);
  const isAssistant = input.role === 'assistant';
  for (const [i, part] of input.content.entries()) judgePart(part, isAssistant, `${path}content[${i}]`, findings);
  return readImages(item, path, findings);
}

/** Judges the images of a message. The item that comes back holds them in their canonical form. */
function readImages<T extends ResponseInputItem>(item: T, path: string, findings: Findings): T {
  if (item.type !== 'message') return item;
  const content = item.content.map((part, i) => readImage(part, `${path}content[${i}].image_url`, findings));
  return content.every((part, i) => part === item.content[i]) ? item : { ...item, content };
}

function readImage(part: InputContentPart, path: string, findings: Findings): InputContentPart {
  if (part.type !== 'input_image') return part;
  const image = readImageUri(part.image_url);
  if (!image.ok) findings.add('invalid_value', path, `Invalid value: '${path}' ${image.reason}.`);
  return !image.ok || image.uri === part.image_url ? part : { ...part, image_url: image.uri };
}

function judgePart(part: InputContentPart, isAssistant: boolean, path: string, findings: Findings): void {
  if (part.type !== 'input_audio' && part.type !== 'output_audio' && part.type !== 'audio') return;
  const at = `${path}.audio`;
  if (typeof part.audio === 'string') {
    if (isAssistant && part.audio !== '')
      findings.add('invalid_value', at, `Invalid value: '${at}' cannot be given for an assistant.`);
    judgeAudio(part.audio, at, findings);
  } else if (typeof part.transcript !== 'string')
    findings.add('missing_required_parameter', at, `Missing required parameter: '${at}'.`);
}

function judgeAudio(audio: string, path: string, findings: Findings): void {
  const bytes = base64Length(audio);
  if (bytes === undefined)
    findings.add('invalid_value', path, `Invalid value: '${path}' must be base64-encoded audio.`);
  else findings.audio_bytes.push(bytes);
}

// ---- What a session and a response have in common ----

interface Settings {
  readonly output_modalities?: readonly string[] | null;
  readonly tools?: readonly RealtimeTool[] | null;
}

function judgeSettings({ output_modalities, tools }: Settings, path: string, findings: Findings): void {
  if (output_modalities && output_modalities.length !== 1) {
    const { code, message } = wrongModalities(`${path}.output_modalities`);
    findings.add(code, `${path}.output_modalities`, message);
  }
  const names = new Set<string>();
  for (const [i, tool] of tools?.entries() ?? []) judgeTool(tool, `${path}.tools[${i}]`, names, findings);
}

const wrongModalities = (path: string): Issue => ({
  code: 'invalid_value',
  param: path,
  message: `Invalid value for '${path}'. Supported values are: ['audio'] and ['text'].`,
});

const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

function judgeTool(tool: RealtimeTool, path: string, names: Set<string>, findings: Findings): void {
  const [field, name] = tool.type === 'mcp' ? ['server_label', tool.server_label] : ['name', tool.name];
  const at = `${path}.${field}`;
  if (!TOOL_NAME.test(name))
    findings.add('invalid_value', at, `Invalid '${at}': expected 1 to 64 letters, digits, underscores or hyphens.`);
  const key = `${tool.type} ${name}`;
  if (names.has(key)) findings.add('invalid_value', at, `Invalid '${at}': another tool has the same name.`);
  names.add(key);
  if (tool.type === 'function' && tool.parameters && JSON.stringify(tool.parameters).length > MAX_TOOL_SCHEMA)
    findings.add(
      'limit_exceeded',
      `${path}.parameters`,
      `The schema is too large: more than ${MAX_TOOL_SCHEMA} characters.`,
    );
}
