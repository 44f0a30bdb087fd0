// Folds runs of deltas into one line each. Incremental: reads on in a growing list of rows; opening a run costs what is drawn.

import { BYTES_PER_MS, type RealtimeAudioFormat } from '@colloquy/protocol';
import { base64Bytes } from '../audio/base64-bytes.ts';
import { below, placeOf } from '../log/ascending.ts';
import type { FrameLog } from '../log/frame-log.ts';
import { objectOf } from '../log/json-value.ts';
import { contentOf, type LogRow } from '../log/log-row.ts';

/** A run of deltas of one kind, of one part of one item. */
export interface Run {
  readonly count: number;
  /** Indexes of its rows, in order. The list may be longer than `count`. */
  readonly rows: readonly number[];
  /** Decoded bytes of its audio; 0 without audio, or where it is hidden. */
  readonly bytes: number;
  /** How long its audio plays. */
  readonly audioMs: number;
}

/** One line of the list. */
export interface FoldedLine {
  /** Of a run: the index of its first row. */
  readonly index: number;
  /** The run that begins here; absent for a single row. */
  readonly run?: Run;
  readonly isOpen: boolean;
  /** Whether it is a later row of an open run. */
  readonly isInRun: boolean;
}

export interface FoldedRows {
  /** Reads on, to the end of the list. */
  advance(): void;
  /** Lines among the first `total` rows of the log. */
  count(total: number): number;
  /** The line at a place that there is. */
  at(place: number, total: number): FoldedLine;
  /** The place of the line on which a row stands; -1 if it is not listed. */
  placeOf(index: number, total: number): number;
  /** Opens or closes the run of a row. Answers whether anything changed. */
  setOpen(index: number, isOpen: boolean): boolean;
}

interface Group {
  readonly rows: number[];
  /** Bytes of audio up to and including each row. */
  readonly bytes: number[];
  readonly bytesPerMs: number;
}

class Folding implements FoldedRows {
  readonly #log: FrameLog;

  readonly #matches: readonly number[];

  readonly #groups: Group[] = [];

  /** The first row of each group. */
  readonly #firsts: number[] = [];

  /** The group of each match. */
  readonly #groupOf: number[] = [];

  /** Groups that may grow, by kind: since the last row that is no delta. */
  #growing = new Map<string, number>();

  /** Numbers of open groups, ascending. */
  #open: number[] = [];

  readonly #formats: Record<'input' | 'output', RealtimeAudioFormat['type']> = {
    input: 'audio/pcm',
    output: 'audio/pcm',
  };

  /** Rows of the log that were searched for formats. */
  #seen = 0;

  readonly #isUnfolded: boolean;

  constructor(log: FrameLog, matches: readonly number[], isUnfolded: boolean) {
    this.#log = log;
    this.#matches = matches;
    this.#isUnfolded = isUnfolded;
  }

  advance(): void {
    for (let place = this.#groupOf.length; place < this.#matches.length; place++) {
      const index = this.#matches[place] as number;
      this.#readFormats(index);
      this.#groupOf.push(this.#add(this.#log.rows[index] as LogRow));
    }
  }

  count(total: number): number {
    const groups = below(this.#firsts, total);
    return this.#open.reduce((sum, group) => (group < groups ? sum + this.#size(group, total) - 1 : sum), groups);
  }

  at(place: number, total: number): FoldedLine {
    let group = place;
    for (const open of this.#open) {
      if (open > group) break;
      const size = this.#size(open, total);
      if (group < open + size) return this.#line(open, group - open, total);
      group -= size - 1;
    }
    return this.#line(group, 0, total);
  }

  placeOf(index: number, total: number): number {
    const match = placeOf(this.#matches, index);
    const group = match < 0 || index >= total ? undefined : this.#groupOf[match];
    if (group === undefined) return -1;
    let place = group;
    for (const open of this.#open) {
      if (open < group) place += this.#size(open, total) - 1;
      else if (open === group) place += below((this.#groups[group] as Group).rows, index);
      else break;
    }
    return place;
  }

  setOpen(index: number, isOpen: boolean): boolean {
    const match = placeOf(this.#matches, index);
    const group = match < 0 ? undefined : this.#groupOf[match];
    if (group === undefined || (this.#groups[group] as Group).rows.length < 2) return false;
    if (this.#open.includes(group) === isOpen) return false;
    this.#open = isOpen ? [...this.#open, group].sort((a, b) => a - b) : this.#open.filter((each) => each !== group);
    return true;
  }

  #size(group: number, total: number): number {
    return below((this.#groups[group] as Group).rows, total);
  }

  #line(group: number, offset: number, total: number): FoldedLine {
    const { rows, bytes, bytesPerMs } = this.#groups[group] as Group;
    const isOpen = this.#open.includes(group);
    const index = rows[offset] as number;
    if (offset > 0) return { index, isOpen, isInRun: true };
    const count = below(rows, total);
    if (count < 2) return { index, isOpen: false, isInRun: false };
    const audio = bytes[count - 1] as number;
    return { index, run: { count, rows, bytes: audio, audioMs: audio / bytesPerMs }, isOpen, isInRun: false };
  }

  /** Adds the next row, and tells its group. */
  #add(row: LogRow): number {
    const key = this.#isUnfolded ? undefined : runKeyOf(row);
    const bytes = key === undefined ? 0 : audioBytesOf(row);
    if (key === undefined) this.#growing.clear();
    const known = key === undefined ? undefined : this.#growing.get(key);
    if (known !== undefined) {
      const group = this.#groups[known] as Group;
      group.bytes.push((group.bytes.at(-1) ?? 0) + bytes);
      group.rows.push(row.index);
      return known;
    }
    const side = row.from === 'client' ? 'input' : 'output';
    this.#groups.push({ rows: [row.index], bytes: [bytes], bytesPerMs: BYTES_PER_MS[this.#formats[side]] });
    this.#firsts.push(row.index);
    const group = this.#groups.length - 1;
    if (key !== undefined) this.#growing.set(key, group);
    return group;
  }

  /** The formats of the session at a row, whether or not the lines that set them are listed. */
  #readFormats(index: number): void {
    for (; this.#seen <= index; this.#seen++) {
      const row = this.#log.rows[this.#seen] as LogRow;
      if (row.from !== 'server' || !/^session\.(?:created|updated)$/.test(row.type)) continue;
      const { input, output } = objectOf(objectOf(objectOf(contentOf(row)).session).audio);
      for (const [side, settings] of [['input', input] as const, ['output', output] as const]) {
        const { type } = objectOf(objectOf(settings).format);
        if (type === 'audio/pcm' || type === 'audio/pcmu' || type === 'audio/pcma') this.#formats[side] = type;
      }
    }
  }
}

/** `isUnfolded`: each row is a line of its own. */
export const createFoldedRows = (log: FrameLog, matches: readonly number[], isUnfolded = false): FoldedRows =>
  new Folding(log, matches, isUnfolded);

/** Equal for deltas of one kind, of one part of one item; `undefined` for a row that is no delta. */
function runKeyOf(row: LogRow): string | undefined {
  const { from, type } = row;
  if (from === 'clock') return 'clock';
  if (type !== 'input_audio_buffer.append' && !type.endsWith('.delta')) return undefined;
  const { item_id, response_id, content_index, call_id } = objectOf(contentOf(row));
  return JSON.stringify([from, type, item_id ?? response_id ?? null, content_index ?? null, call_id ?? null]);
}

/** Decoded bytes of the audio of a delta. Hidden audio reads `[REDACTED]`; of what a client sent, its length is noted beside it. */
function audioBytesOf(row: LogRow): number {
  const { entry, type } = row;
  const content = objectOf(contentOf(row));
  const counted =
    entry.kind === 'input' && entry.input.from === 'client' ? entry.input.audio_bytes?.[0] : content.bytes;
  if (typeof counted === 'number') return counted;
  if (type === 'input_audio_buffer.append') return base64Bytes(content.audio);
  return /^response\.(?:output_)?audio\.delta$/.test(type) ? base64Bytes(content.delta) : 0;
}
