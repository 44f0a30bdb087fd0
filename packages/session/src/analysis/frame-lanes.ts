// Two runs of a session side by side: what each server said, in lanes. Within a lane the order of frames is a server's promise; from
// lane to lane it is chance. Deltas count once for each response or item, however many there were.

import { isObject } from '../is-object.ts';
import { align } from './align.ts';

type Json = Readonly<Record<string, unknown>>;

export interface PlacedFrame {
  /** `session`, `input audio`, `tools`, `errors`, or a response or a transcription by its number: `response 1`. */
  readonly lane: string;
  /** What it says, apart from ids, times and numbers of tokens. */
  readonly label: string;
  /** Names it in every run: its lane, its type, and the how manyth of that type it is there. */
  readonly place: string;
}

export interface FrameLanes {
  /** Where a server event belongs; `undefined` for one that is not compared. Never throws. */
  place(event: { readonly type: string }): PlacedFrame | undefined;
}

const word = (value: unknown): string | undefined => (typeof value === 'string' ? value.slice(0, 64) : undefined);

/** Sorts the frames of one run, in their order. `words`: labels hold what was said, too. */
export function createFrameLanes(words: boolean): FrameLanes {
  /** By kind, then by id: the how manyth it is. */
  const numbers = { response: new Map<string, number>(), transcription: new Map<string, number>() };
  const counts = new Map<string, number>();

  function numbered(kind: keyof typeof numbers, id: string): string {
    const known = numbers[kind];
    if (!known.has(id)) known.set(id, known.size + 1);
    return `${kind} ${known.get(id)}`;
  }

  function laneOf({ type, response_id, response, item_id }: Json & { type: string }): string {
    const id = response_id ?? (isObject(response) ? response.id : undefined);
    if (typeof id === 'string') return numbered('response', id);
    if (type.startsWith('conversation.item.input_audio_transcription')) return numbered('transcription', `${item_id}`);
    if (type.startsWith('input_audio_buffer.')) return 'input audio';
    if (type === 'error') return 'errors';
    return type.startsWith('mcp_list_tools.') ? 'tools' : 'session';
  }

  return {
    place(event) {
      const { type } = event;
      if (type === 'rate_limits.updated') return undefined;
      const lane = laneOf(event);
      const key = `${lane}|${type}`;
      const count = counts.get(key) ?? 0;
      if (count > 0 && type.endsWith('.delta')) return undefined;
      counts.set(key, count + 1);
      return { lane, label: [type.slice(0, 64), ...detailsOf(event, words)].join(' '), place: `${key}|${count}` };
    },
  };
}

/** What tells two events of one type apart. */
function detailsOf(event: Json, words: boolean): string[] {
  const { error, response, item, part } = event;
  const told: unknown[] = [];
  if (isObject(error)) told.push(error.code, error.param);
  if (isObject(response)) {
    const { status, status_details: details } = response;
    told.push(status);
    if (isObject(details)) told.push(details.reason, isObject(details.error) ? details.error.code : undefined);
  }
  if (isObject(item)) told.push(item.type, item.role, item.name);
  if (isObject(part)) told.push(part.type);
  const said = words
    ? [event.text, event.transcript, event.arguments].find((each) => typeof each === 'string')
    : undefined;
  return [
    ...told.flatMap((each) => word(each) ?? []),
    ...(said === undefined ? [] : [JSON.stringify(said).slice(0, 200)]),
  ];
}

/** A frame that only one of two runs has. */
export interface LaneDifference {
  readonly lane: string;
  readonly only: 'recorded' | 'live';
  readonly label: string;
  /** Where it stands in the log; `null` for one that came live. */
  readonly line: number | null;
}

interface Entry {
  readonly label: string;
  readonly line: number | null;
}

export interface LaneComparison {
  add(only: LaneDifference['only'], frame: PlacedFrame, line: number | null): void;
  /** What only one side has, lane by lane, in order; and how many more there are. Asked once. */
  differences(): { list: LaneDifference[]; more: number };
}

/** So many frames of a lane are kept once its two sides differ; more are only counted. */
const MOST_KEPT = 1000;
/** So many differences are listed. */
const MOST_LISTED = 200;

/** Compares as frames come: what both sides have is forgotten at once. */
export function compareLanes(): LaneComparison {
  const lanes = new Map<string, { recorded: Entry[]; live: Entry[] }>();
  let more = 0;

  return {
    add(only, { lane, label }, line) {
      const sides = lanes.get(lane) ?? { recorded: [], live: [] };
      lanes.set(lane, sides);
      if (sides[only].length >= MOST_KEPT) {
        more += 1;
        return;
      }
      sides[only].push({ label, line });
      while (sides.recorded[0] && sides.recorded[0].label === sides.live[0]?.label) {
        sides.recorded.shift();
        sides.live.shift();
      }
      if (sides.recorded.length + sides.live.length === 0) lanes.delete(lane);
    },
    differences() {
      const all = [...lanes].flatMap(([lane, { recorded, live }]) =>
        unmatched(recorded, live).map((each) => ({ lane, ...each })),
      );
      return { list: all.slice(0, MOST_LISTED), more: more + Math.max(0, all.length - MOST_LISTED) };
    },
  };
}

/** What only one of two lists has, in order. */
function unmatched(recorded: readonly Entry[], live: readonly Entry[]): Omit<LaneDifference, 'lane'>[] {
  const labels = (list: readonly Entry[]) => list.map(({ label }) => label);
  return align(labels(recorded), labels(live)).flatMap(([i, j]): Omit<LaneDifference, 'lane'>[] => {
    if (j === null) return [{ only: 'recorded', ...(recorded[i] as Entry) }];
    return i === null ? [{ only: 'live', ...(live[j] as Entry) }] : [];
  });
}
