// Formats an item as rows of text for `colloquy inspect` and `colloquy tail`. The rows still need `printable.ts`.

import type { RealtimeContentPart, RealtimeConversationItem } from '@colloquy/protocol';
import type { ConversationItem } from './session-overview.ts';

/** Longest words of a part that are shown, in characters. */
const MAX_WORDS_LENGTH = 100;
/** So many parts of an item are shown. */
const MAX_PARTS = 50;

/** The item, and a row for each of its parts. */
export function itemRows({ id, item, heard_ms }: ConversationItem): string[] {
  if (item === null) return [`${id}  (deleted)`];
  const cut = heard_ms.length > 0 ? `  heard up to ${heard_ms.at(-1)} ms` : '';
  const status =
    'status' in item && typeof item.status === 'string' && item.status !== 'completed' ? `  ${item.status}` : '';
  return [`${headOf(item)}  ${id}${status}${cut}`, ...partsOf(item).map((row) => `  ${row}`)];
}

/** Fields of items may hold anything: a server may have got them wrong. */
type Loose = Readonly<Record<string, unknown>>;

/** `String` throws on an object whose `toString` is no function. */
const wordOf = (value: unknown): string => (typeof value === 'string' ? value : typeof value);

function headOf(item: RealtimeConversationItem): string {
  const { type, role, name } = item as unknown as Loose;
  const title = type === 'message' ? role : name === undefined ? type : `${wordOf(type)} ${wordOf(name)}`;
  return short(title).replaceAll('"', '');
}

function partsOf(item: RealtimeConversationItem): string[] {
  const { content, arguments: args, output, error } = item as unknown as Loose;
  const rows: string[] = [];
  if (Array.isArray(content)) rows.push(...content.slice(0, MAX_PARTS).map(partRow));
  if (args !== undefined) rows.push(`arguments ${short(args)}`);
  if (output !== undefined && output !== null) rows.push(`output ${short(output)}`);
  if (error !== undefined && error !== null) rows.push(`error ${short(error)}`);
  return rows;
}

function partRow(part: RealtimeContentPart): string {
  if (typeof part !== 'object' || part === null) return short(part);
  const { type, text, transcript } = part as unknown as Loose;
  return `${short(type).replaceAll('"', '')} ${short(text ?? transcript ?? '')}`;
}

/** A value in few words; strings stand in quotation marks. */
function short(value: unknown): string {
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, MAX_WORDS_LENGTH + 1) : value) ?? '';
  return text.length > MAX_WORDS_LENGTH ? `${text.slice(0, MAX_WORDS_LENGTH)}…` : text;
}
