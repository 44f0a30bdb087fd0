// Formats one event as one line, for `colloquy inspect --events` and `colloquy tail`.

import { type RedactionLevel, redact } from '@colloquy/protocol';
import { type Palette, paletteFor } from './palette.ts';
import { printableLine } from './printable.ts';

/** Longest line, in characters. */
const MAX_LINE_CHARS = 240;

/** `    0.012 s  <  session.created {…}`: when, who (`<` the server, `>` the client), and the event without its secrets. */
export function frameLine(
  { from, event }: { readonly from: 'client' | 'server'; readonly event: { readonly type: string } },
  at: number | null,
  level: RedactionLevel,
  { name, quiet, bad }: Palette = paletteFor(process.stdout),
): string {
  const when = at === null ? ''.padStart(11) : `${(at / 1000).toFixed(3).padStart(9)} s`;
  const { type, ...rest } = redact(event, { level });
  const content = `${type} ${JSON.stringify(rest)}`;
  const line = printableLine(content.slice(0, MAX_LINE_CHARS));
  const text = `${line}${content.length > MAX_LINE_CHARS ? '…' : ''}`;
  return `${quiet(when)}  ${from === 'server' ? '<' : name('>')}  ${type === 'error' ? bad(text) : text}`;
}
