// The preview of a line: its text, status, tool name or error message, without credentials, audio and images.

import { hideCredentials } from '@colloquy/protocol';
import { type Json, objectOf } from '../log/json-value.ts';
import { contentOf, type LogRow } from '../log/log-row.ts';

const MAX_CHARS = 200;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A value as it reads in a sentence; nothing for one that would not. */
const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

const joined = (...pieces: readonly unknown[]): string => pieces.map(text).filter(Boolean).join(' · ');
const seconds = (ms: unknown): string => (typeof ms === 'number' ? `${(ms / 1000).toFixed(2)} s` : '');
const call = (name: unknown, args: unknown): string => `${text(name)}(${text(args)})`;

/** What a row says, on one line; empty if its type says all. */
export const rowPreview = (row: LogRow): string => shortened(previewOf(row));

/** What the text deltas of a run say together. */
export function runPreview(rows: Iterable<LogRow>): string {
  let output = '';
  for (const row of rows) {
    if (output.length > MAX_CHARS) break;
    const { delta } = objectOf(contentOf(row));
    // Audio arrives in fields of the same name.
    if (!/audio\.delta$/.test(row.type)) output += text(delta);
  }
  return shortened(output);
}

function shortened(value: string): string {
  const line = hideCredentials(value.slice(0, 4 * MAX_CHARS))
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length > MAX_CHARS ? `${line.slice(0, MAX_CHARS)}…` : line;
}

function previewOf(row: LogRow): string {
  const { entry, type } = row;
  if (entry.kind === 'snapshot') return '';
  const content = objectOf(contentOf(row));
  if (entry.kind === 'header') return joined(content.session, content.engine);
  if (row.from === 'wire') return joined(objectOf(content.issue).code, objectOf(content.issue).message);
  if (row.from === 'log') return text(content.message);
  if ('error' in content) return errorOf(objectOf(content.error));
  if ('session' in content)
    return type === 'session.update' ? changesOf(content.session) : sessionOf(objectOf(content.session));
  if ('response' in content)
    return type === 'response.create' ? changesOf(content.response) : responseOf(objectOf(content.response));
  if ('item' in content) return itemOf(objectOf(content.item));
  if ('part' in content) return partOf(content.part);
  return fieldsOf(type, content);
}

function fieldsOf(type: string, content: Json): string {
  if (/audio\.delta$|^input_audio_buffer\.append$/.test(type)) return '';
  if (type === 'rate_limits.updated') return list(content.rate_limits).map(limitOf).filter(Boolean).join(' · ');
  if (type.endsWith('function_call_arguments.done')) return call(content.name, content.arguments);
  if (type === 'call') return joined(content.server_label, content.name);
  if (type === 'conversation.item.truncate' || type === 'conversation.item.truncated')
    return `heard ${seconds(content.audio_end_ms)}`;
  for (const name of ['transcript', 'text', 'delta', 'arguments', 'output', 'reason'] as const)
    if (text(content[name]) !== '') return text(content[name]);
  return seconds(content.audio_start_ms ?? content.audio_end_ms ?? content.audio_ms);
}

const errorOf = ({ message, code, type }: Json): string => joined(text(message) || text(type), code);

/** The names of the fields that a client sets. */
const changesOf = (value: unknown): string =>
  Object.keys(objectOf(value))
    .filter((name) => name !== 'type')
    .join(', ');

function sessionOf({ model, audio, tools }: Json): string {
  const { input, output } = objectOf(audio);
  const detection = objectOf(input).turn_detection;
  const count = list(tools).length;
  return joined(
    model,
    objectOf(output).voice,
    detection === null ? 'no turn detection' : objectOf(detection).type,
    count === 0 ? '' : count === 1 ? '1 tool' : `${count} tools`,
  );
}

function responseOf({ status, status_details, usage }: Json): string {
  const { reason, error } = objectOf(status_details);
  const { input_tokens, output_tokens } = objectOf(usage);
  const tokens = typeof input_tokens === 'number' ? `${input_tokens} in, ${text(output_tokens)} out` : '';
  return joined(status, reason, errorOf(objectOf(error)), tokens);
}

function itemOf({
  type,
  role,
  content,
  name,
  arguments: args,
  output,
  status,
  server_label,
  approve,
  tools,
}: Json): string {
  switch (type) {
    case 'message':
      return joined(role, list(content).map(partOf).filter(Boolean).join(' ') || status);
    case 'function_call':
      return call(name, args);
    case 'function_call_output':
      return text(output);
    case 'mcp_call':
    case 'mcp_approval_request':
      return joined(server_label, call(name, args));
    case 'mcp_approval_response':
      return approve === true ? 'approved' : 'denied';
    case 'mcp_list_tools':
      return joined(
        server_label,
        list(tools)
          .map((tool) => text(objectOf(tool).name))
          .join(', '),
      );
    default:
      return text(type);
  }
}

function partOf(value: unknown): string {
  const { type, text: written, transcript } = objectOf(value);
  return text(written) || text(transcript) || (type === 'input_image' ? 'image' : '');
}

function limitOf(value: unknown): string {
  const { name, remaining, limit } = objectOf(value);
  return typeof remaining === 'number' ? `${text(name)} ${remaining}/${text(limit)}` : '';
}
