// Aligns the events of two logs lane by lane, as @colloquy/session sorts them, and finds their differences.
// Ignores the order between lanes, ids, times, token counts and the sizes of deltas.

import { align, createFrameLanes, createSessionBlocks, type FrameLanes, type SessionBlock } from '@colloquy/session';
import type { FrameLog } from '../log/frame-log.ts';
import { frameOf, type LogRow } from '../log/log-row.ts';
import { redacted } from '../log/redacted.ts';
import { differingFields, type FieldDifference } from './differing-fields.ts';

/** A row of each log, or of one where the other has none like it. */
export interface ComparedRows {
  readonly lane: string;
  readonly left: LogRow | undefined;
  readonly right: LogRow | undefined;
  /** What differs, where there are both. */
  readonly fields: readonly FieldDifference[];
}

export interface Comparison {
  /** In the order of the left log; what only the right has stands behind what it had before. */
  readonly pairs: readonly ComparedRows[];
  /** Places in `pairs` where the logs do not say the same, in order. */
  readonly partings: readonly number[];
}

interface Placed {
  readonly row: LogRow;
  readonly label: string;
}

/** Compares all that is read of two logs. `words`: also what was said. Pure; never throws. */
export function compareLogs(left: FrameLog, right: FrameLog, comparesText: boolean): Comparison {
  const [ours, theirs] = [lanesOf(left), lanesOf(right)];
  const unordered: Omit<ComparedRows, 'fields'>[] = [];
  for (const lane of new Set([...ours.keys(), ...theirs.keys()])) {
    const [one, other] = [ours.get(lane) ?? [], theirs.get(lane) ?? []];
    const labels = (list: readonly Placed[]) => list.map(({ label }) => label);
    for (const [i, j] of align(labels(one), labels(other)))
      unordered.push({
        lane,
        left: i === null ? undefined : one[i]?.row,
        right: j === null ? undefined : other[j]?.row,
      });
  }
  const twins = { ours: new Map<string, string>(), theirs: new Map<string, string>() };
  const partings: number[] = [];
  const pairs = inOrder(unordered).map((pair, place) => {
    const fields =
      pair.left && pair.right ? differingFields(shownOf(pair.left), shownOf(pair.right), twins, comparesText) : [];
    if (!pair.left || !pair.right || fields.length > 0) partings.push(place);
    return { ...pair, fields };
  });
  return { pairs, partings };
}

const shownOf = (row: LogRow) => redacted(frameOf(row)?.event);

/** The frames of a log that are compared, by lane. */
function lanesOf({ rows }: FrameLog): Map<string, Placed[]> {
  const blocks = createSessionBlocks();
  const sides = new Map<SessionBlock, Record<'client' | 'server', FrameLanes>>();
  const lanes = new Map<string, Placed[]>();
  let isSpeaking = false;
  for (const row of rows) {
    const frame = frameOf(row);
    if (!frame) continue;
    const { from, event } = frame;
    // Audio comes in pieces of any size: a stretch of it is one.
    const isAudio = from === 'client' && event.type === 'input_audio_buffer.append';
    const isMore = isAudio && isSpeaking;
    if (from === 'client') isSpeaking = isAudio;
    const block = blocks.of(frame);
    const known = sides.get(block) ?? { client: createFrameLanes(false), server: createFrameLanes(false) };
    sides.set(block, known);
    const placed = isMore ? undefined : known[from].place(event);
    if (!placed) continue;
    const lane = `${block.index > 0 ? `session ${block.index + 1}, ` : ''}${from === 'client' ? 'client' : placed.lane}`;
    const list = lanes.get(lane) ?? [];
    lanes.set(lane, list);
    list.push({ row, label: placed.label });
  }
  return lanes;
}

function inOrder<P extends Pick<ComparedRows, 'left' | 'right'>>(pairs: readonly P[]): P[] {
  const byRight = pairs.filter(({ right }) => right).sort((a, b) => indexOf(a.right) - indexOf(b.right));
  /** Of what only the right has: the row of the left that comes before it. */
  const anchors = new Map<P, number>();
  let anchor = -1;
  for (const pair of byRight) {
    if (pair.left) anchor = pair.left.index;
    else anchors.set(pair, anchor);
  }
  const placeOf = (pair: P) => anchors.get(pair) ?? indexOf(pair.left);
  return [...pairs].sort(
    (a, b) => placeOf(a) - placeOf(b) || Number(!a.left) - Number(!b.left) || indexOf(a.right) - indexOf(b.right),
  );
}

const indexOf = (row: LogRow | undefined): number => row?.index ?? -1;
