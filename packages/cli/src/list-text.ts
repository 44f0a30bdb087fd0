// Prints live sessions and recordings as a table. Where they come from: `server-lists.ts`.

import type { ConversationSummary } from '@colloquy/session';
import type { Palette } from './palette.ts';
import type { Lists } from './server-lists.ts';
import { type Cell, tableRow } from './table.ts';

const COLUMNS = [
  { name: 'name', width: 49 },
  { name: 'started', width: 16 },
  { name: 'length', width: 8, isRight: true },
  { name: 'turns', width: 5, isRight: true },
  { name: 'p50', width: 6, isRight: true },
  { name: 'worst', width: 6, isRight: true },
  { name: 'intr', width: 4, isRight: true },
  { name: 'err', width: 4, isRight: true },
  { name: 'tokens', width: 7, isRight: true },
  { name: 'cost', width: 10, isRight: true },
  { name: 'engine', width: 12 },
  { name: 'tools', width: 16 },
  { name: 'first words', width: 48 },
] as const;

interface Row {
  readonly name: string;
  /** Unix seconds. */
  readonly started_at: number | null;
  readonly engine: string | null;
  readonly summary: ConversationSummary | null;
}

/** Lines for people; every one is safe to print. */
export function listText({ sessions, recordings }: Lists, { heading, bad, quiet }: Palette): string {
  const rows: string[] = [];
  const add = (title: string, list: readonly Row[]) => {
    if (list.length === 0) return;
    if (rows.length > 0) rows.push('');
    const names = COLUMNS.map(({ name }) => name);
    rows.push(heading(title), quiet(tableRow(COLUMNS, names)));
    for (const row of list) {
      const text = tableRow(COLUMNS, cellsOf(row));
      rows.push(row.summary && row.summary.errors > 0 ? bad(text) : text);
    }
  };
  add(
    'Live sessions',
    sessions.map((each) => ({ ...each, name: each.id })),
  );
  add('Recordings', recordings);
  return rows.length === 0 ? 'no sessions and no recordings\n' : `${rows.join('\n')}\n`;
}

function cellsOf({ name, started_at, engine, summary }: Row): Cell[] {
  const started = started_at === null ? null : timeText(started_at);
  if (!summary) return [name, started, null, null, null, null, null, null, null, null, engine, null, null];
  const { tokens, cost, duration_ms } = summary;
  return [
    ...[name, started, duration_ms === null ? null : lengthText(duration_ms), summary.turns],
    ...[summary.first_audio_p50_ms, summary.first_audio_max_ms, summary.interruptions, summary.errors],
    tokens.input + tokens.cached + tokens.output,
    // `~`: as if, because the engine has no price.
    cost && `${cost.as_if === null ? '' : '~'}${cost.amount.toFixed(4)}`,
    ...[engine, summary.tools.join(' '), summary.first_words],
  ];
}

function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 16).replace('T', ' ');
}

function lengthText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
