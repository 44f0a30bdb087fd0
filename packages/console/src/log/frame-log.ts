// A log, live or read: rows, violations, timings, and the conversation at any row, from the mirror of @colloquy/session.

import {
  createConformance,
  createMirror,
  createStopwatch,
  type LoggedFrame,
  type LoggedViolation,
  type Mirror,
  type RecordingEntry,
  type RecordingHeader,
  type Timing,
} from '@colloquy/session';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { PlacedItem } from './item-marks.ts';
import { frameOf, type LogRow, rowOf } from './log-row.ts';
import { eventsOf } from './row-events.ts';
import { createSessionLogs, type SessionLog } from './session-logs.ts';
import { createTimeTravel } from './time-travel.ts';
import { createTurns, type Turns } from './turns.ts';

/** Rows a log holds at most: what comes after is counted, and not shown. */
export const MAX_ROWS = 500_000;

export interface FrameLog {
  /** Every line, in order. The list grows and is never changed otherwise. */
  readonly rows: readonly LogRow[];
  /** Rises when rows have come, at most once per frame of the screen. Read it to be drawn anew; then read everything else. */
  readonly version: ReadonlySignal<number>;
  /** The first header. */
  readonly header: RecordingHeader | undefined;
  /** Rows that found no room. */
  readonly dropped: number;
  /** What each row breaks, by its index; rows that break nothing are absent. Rule ids are explained by `RULES`. */
  readonly violations: ReadonlyMap<number, readonly LoggedViolation[]>;
  /** Responses and transcriptions that have ended, in that order. `line` is the row's line. */
  readonly timings: readonly Timing[];
  /** The timing of a response, or of the transcription of an item, once it has ended. */
  timingOf(id: string): Timing | undefined;
  /** Rows that tell of something that went wrong: `error` events, and what failed. By index. */
  readonly errors: readonly number[];
  /** Those that have begun and not ended. */
  unfinished(): readonly Timing[];
  /** The turns of the rows there are. They are read when they are asked for. */
  readonly turns: Turns;
  /** Audio and marks of one of the log's sessions, by its id. */
  session(id: string | undefined): SessionLog;
  /** Takes the next line. The cost does not grow with the log. */
  append(entry: RecordingEntry): void;
  /**
   * The conversation after the first `count` rows; after all of them when absent. `earlier()` has the sessions before it. Good until the
   * next call.
   */
  mirrorAt(count?: number): Mirror;
  /** The index of the row that stands on a line, or of the last before it; -1 when there is none. */
  indexOfLine(line: number): number;
}

export interface FrameLogOptions {
  /** Calls back soon, once: when the screen is drawn next. @default requestAnimationFrame */
  soon?: (call: () => void) => void;
}

export function createFrameLog(options: FrameLogOptions = {}): FrameLog {
  const soon = options.soon ?? ((call) => void requestAnimationFrame(call));
  const rows: LogRow[] = [];
  const version = signal(0);
  const violations = new Map<number, readonly LoggedViolation[]>();
  const timings: Timing[] = [];
  const timingById = new Map<string, Timing>();
  const errors: number[] = [];
  const conformance = createConformance();
  const stopwatch = createStopwatch();
  const mirror = createMirror();
  const sessions = createSessionLogs(mirror);
  const travel = createTimeTravel(rows);
  const turns = createTurns(rows);
  let header: RecordingHeader | undefined;
  let began: number | undefined;
  let dropped = 0;
  let isDue = false;
  let isAscending = true;
  let placed: PlacedItem | undefined;

  mirror.subscribe('item.placed', ({ item_id, previous_item_id }) => {
    placed = { id: item_id, previous: previous_item_id };
  });

  function announce(): void {
    if (isDue) return;
    isDue = true;
    soon(() => {
      isDue = false;
      version.value += 1;
    });
  }

  return {
    rows,
    version,
    get header() {
      return header;
    },
    get dropped() {
      return dropped;
    },
    violations,
    timings,
    timingOf: (id) => timingById.get(id),
    errors,
    unfinished: () => stopwatch.unfinished(),
    get turns() {
      turns.advance();
      return turns;
    },
    session: sessions.of,
    append(entry) {
      announce();
      if (rows.length >= MAX_ROWS) {
        dropped += 1;
        return;
      }
      if (entry.kind === 'header') header ??= entry.header;
      if (entry.kind === 'event') began ??= entry.time;
      const row = rowOf(entry, rows.length, began ?? 0);
      isAscending &&= row.line >= (rows.at(-1)?.line ?? 0);
      rows.push(row);
      const broken = conformance.observe(entry);
      if (broken.length > 0) violations.set(row.index, broken);
      const frame = frameOf(row);
      const timing = frame && stopwatch.observe(frame);
      if (timing) {
        timings.push(timing);
        timingById.set(timing.id, timing);
      }
      if (frame && tellsOfFailure(frame)) errors.push(row.index);
      const { audio, transcripts, marks } = sessions.addRow(row);
      audio.addRow(row);
      transcripts.addRow(row);
      for (const event of eventsOf(row)) {
        placed = undefined;
        marks.before(event);
        mirror.apply(event);
        marks.after(event, row.index, placed);
      }
    },
    mirrorAt: (count) => (count === undefined || count >= rows.length ? mirror : travel.at(count)),
    indexOfLine(line) {
      // The lines of a list that was sorted by its times do not ascend.
      if (!isAscending) return rows.findLastIndex((row) => row.line === line);
      let low = 0;
      let high = rows.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((rows[middle] as LogRow).line <= line) low = middle + 1;
        else high = middle;
      }
      return low - 1;
    },
  };
}

function tellsOfFailure({ from, event }: LoggedFrame): boolean {
  if (from === 'client') return false;
  if (event.type === 'response.done') return (event.response as { status?: unknown } | undefined)?.status === 'failed';
  return event.type === 'error' || event.type.endsWith('.failed');
}
