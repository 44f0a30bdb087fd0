// One line of a log, of this server or of another tool.

import { loggedFrame, type RecordingEntry } from '@colloquy/session';
import { textOf } from './json-value.ts';

/** Who a line is from; `log` is a line that could not be understood. */
export type RowSide =
  | 'client'
  | 'server'
  | 'engine'
  | 'speech'
  | 'tools'
  | 'media'
  | 'playback'
  | 'host'
  | 'clock'
  | 'wire'
  | 'snapshot'
  | 'header'
  | 'log';

export interface LogRow {
  /** Its place in the log, from 0. */
  readonly index: number;
  /** The line it stood on, from 1; in a live session, as it would stand in a recording. */
  readonly line: number;
  /** Milliseconds since the log began; `null` where the log does not say. */
  readonly at: number | null;
  readonly from: RowSide;
  /** The event's type, or what stands for one. */
  readonly type: string;
  /** As it was read; `event` and its like are shared with it, never copied. */
  readonly entry: RecordingEntry;
}

/** What there is to show of a row, as parsed JSON. */
export function contentOf({ entry }: LogRow): unknown {
  switch (entry.kind) {
    case 'header':
      return entry.header;
    case 'input':
      return 'event' in entry.input ? entry.input.event : entry.input;
    case 'frame':
      return entry.frame.event;
    case 'event':
      return entry.event;
    case 'snapshot':
      return entry.snapshot.state;
    default:
      return { message: entry.message };
  }
}

/** The frame of a row that is one. */
export const frameOf = ({ entry }: LogRow) => loggedFrame(entry);

/** Makes the row of an entry; `began` is the time the log counts from, if it counts from another than its beginning. */
export function rowOf(entry: RecordingEntry, index: number, began: number): LogRow {
  const { line } = entry;
  const row = (from: RowSide, type: string, at: number | null): LogRow => ({ index, line, at, from, type, entry });
  switch (entry.kind) {
    case 'header':
      return row('header', 'recording', 0);
    case 'input': {
      const { input } = entry;
      const type = 'event' in input ? textOf((input.event as { type?: unknown }).type) : input.from;
      return row(input.from, type, input.at);
    }
    case 'frame':
      return row('server', textOf(entry.frame.event.type), entry.frame.at);
    case 'event':
      return row(entry.from, textOf(entry.event.type), entry.time === undefined ? null : entry.time - began);
    case 'snapshot':
      return row('snapshot', 'snapshot', entry.snapshot.at);
    default:
      return row('log', entry.kind, null);
  }
}
