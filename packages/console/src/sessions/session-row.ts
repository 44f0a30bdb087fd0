// A row of the table of sessions: a live session or a recording, with what its summary says. Filters and sorts the rows.

import { type ConversationSummary, type RecordingSummary, type SessionSummary, SLOW_MS } from '@colloquy/session';
import type { LogSource } from '../route.ts';
import type { Column, Order, Trait } from './table-state.ts';

export interface SessionRow {
  /** Unique in the table. */
  readonly key: string;
  readonly source: LogSource;
  /** Id of the session, or the name of the recording if it has none. */
  readonly id: string;
  readonly isLive: boolean;
  /** Whether a response is active. */
  readonly isAnswering: boolean;
  /** Unix milliseconds. */
  readonly startedAt: number | null;
  /** `null` while it is not known: of a recording without a summary. */
  readonly summary: ConversationSummary | null;
  readonly model: string | null;
  readonly engine: string | null;
  /** The recording that can be saved, compared and deleted. */
  readonly recording: RecordingSummary | undefined;
}

/** Live sessions, newest first, then the recordings that are not of one of them. */
export function sessionRows(
  sessions: readonly SessionSummary[],
  recordings: readonly RecordingSummary[],
): SessionRow[] {
  const live = new Set(sessions.map(({ recording }) => recording));
  return [...sessions.toReversed().map(liveRow), ...recordings.filter(({ name }) => !live.has(name)).map(recordingRow)];
}

function liveRow({ id, model, engine, started_at, active_response, summary }: SessionSummary): SessionRow {
  return {
    key: `session:${id}`,
    source: { kind: 'session', id },
    id,
    isLive: true,
    isAnswering: active_response !== null && active_response !== undefined,
    startedAt: started_at * 1000,
    summary: summary ?? null,
    model,
    engine,
    recording: undefined,
  };
}

function recordingRow(recording: RecordingSummary): SessionRow {
  const { name, session, model, engine, started_at, summary } = recording;
  return {
    key: `recording:${name}`,
    source: { kind: 'recording', name },
    id: session ?? name,
    isLive: false,
    isAnswering: false,
    startedAt: started_at === null ? null : started_at * 1000,
    summary: summary ?? null,
    model,
    engine,
    recording,
  };
}

/** Whether nothing happened in a session that is over. */
export const isEmpty = ({ isLive, summary }: SessionRow): boolean =>
  !isLive &&
  summary !== null &&
  summary.turns === 0 &&
  summary.errors === 0 &&
  summary.tokens.output === 0 &&
  summary.tools.length === 0;

/** How long a session took or takes, in milliseconds. */
export const lengthOf = ({ isLive, startedAt, summary }: SessionRow, now: number): number | null =>
  isLive ? (startedAt === null ? null : Math.max(0, now - startedAt)) : (summary?.duration_ms ?? null);

export function hasTraits({ summary }: Pick<SessionRow, 'summary'>, traits: readonly Trait[]): boolean {
  const has: Readonly<Record<Trait, boolean>> = {
    error: (summary?.errors ?? 0) > 0,
    slow: (summary?.first_audio_max_ms ?? 0) >= SLOW_MS,
    interruption: (summary?.interruptions ?? 0) > 0,
    tool: (summary?.tools.length ?? 0) > 0,
  };
  return traits.every((trait) => has[trait]);
}

/** Text begins with A, numbers with the largest: what one looks for. */
export const isDescendingAtFirst = (column: Column): boolean => column !== 'session' && column !== 'engine';

function valueIn(row: SessionRow, column: Column, now: number): string | number | null {
  const { summary } = row;
  switch (column) {
    case 'session':
      return summary?.first_words?.toLowerCase() ?? null;
    case 'started':
      return row.startedAt;
    case 'length':
      return lengthOf(row, now);
    case 'turns':
      return summary?.turns ?? null;
    case 'first-audio':
      return summary?.first_audio_p50_ms ?? null;
    case 'worst':
      return summary?.first_audio_max_ms ?? null;
    case 'interruptions':
      return summary?.interruptions ?? null;
    case 'errors':
      return summary?.errors ?? null;
    case 'tools':
      return summary?.tools.length ?? null;
    case 'cost':
      return summary?.cost?.amount ?? null;
    case 'engine':
      return row.engine;
  }
}

/** Rows whose value is not known stand last in both directions; of equal ones the newest first. */
export function sortRows(rows: readonly SessionRow[], { by, isDescending }: Order, now: number): SessionRow[] {
  const sign = isDescending ? -1 : 1;
  const newer = (a: SessionRow, b: SessionRow) => (b.startedAt ?? 0) - (a.startedAt ?? 0);
  return rows.toSorted((a, b) => {
    const [one, other] = [valueIn(a, by, now), valueIn(b, by, now)];
    if (one === other) return newer(a, b);
    if (one === null) return 1;
    if (other === null) return -1;
    return sign * (one < other ? -1 : 1);
  });
}
