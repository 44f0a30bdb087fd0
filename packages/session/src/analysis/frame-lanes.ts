// Compares the server events of two runs of a session in lanes. Within a lane the order of events is guaranteed;
// between lanes it varies. All deltas of a response or item count as one.

import { isObject } from '../is-object.ts';
import { align } from './align.ts';

type Json = Readonly<Record<string, unknown>>;

export interface PlacedFrame {
  /** `session`, `input audio`, `tools`, `errors`, or a response or transcription by number: `response 1`. */
  readonly lane: string;
  /** Content of the event without ids, times and token counts. */
  readonly label: string;
  /** Identifies it in every run: lane, type, and index among events of that type in the lane. */
  readonly place: string;
}

export interface FrameLanes {
  /** Lane and label of a server event; `undefined` if it is not compared. Never throws. */
  place(event: { readonly type: string }): PlacedFrame | undefined;
}

const shortText = (value: unknown): string | undefined => (typeof value === 'string' ? value.slice(0, 64) : undefined);

/** Assigns the events of one run to lanes, in order. `includesText`: labels contain the text too. */
export function createFrameLanes(includesText: boolean): FrameLanes {
  /** By kind, then by id: its number. */
  const numbers = { response: new Map<string, number>(), transcription: new Map<string, number>() };
  const counts = new Map<string, number>();

  function numberedLane(kind: keyof typeof numbers, id: string): string {
    const known = numbers[kind];
    if (!known.has(id)) known.set(id, known.size + 1);
    return `${kind} ${known.get(id)}`;
  }

  function laneOf({ type, response_id, response, item_id }: Json & { type: string }): string {
    const id = response_id ?? (isObject(response) ? response.id : undefined);
    if (typeof id === 'string') return numberedLane('response', id);
    if (type.startsWith('conversation.item.input_audio_transcription'))
      return numberedLane('transcription', `${item_id}`);
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
      return {
        lane,
        label: [type.slice(0, 64), ...detailsOf(event, includesText)].join(' '),
        place: `${key}|${count}`,
      };
    },
  };
}

/** Distinguishes two events of one type. */
function detailsOf(event: Json, includesText: boolean): string[] {
  const { error, response, item, part } = event;
  const details: unknown[] = [];
  if (isObject(error)) details.push(error.code, error.param);
  if (isObject(response)) {
    const { status, status_details } = response;
    details.push(status);
    if (isObject(status_details))
      details.push(status_details.reason, isObject(status_details.error) ? status_details.error.code : undefined);
  }
  if (isObject(item)) details.push(item.type, item.role, item.name);
  if (isObject(part)) details.push(part.type);
  const text = includesText
    ? [event.text, event.transcript, event.arguments].find((each) => typeof each === 'string')
    : undefined;
  return [
    ...details.flatMap((each) => shortText(each) ?? []),
    ...(text === undefined ? [] : [JSON.stringify(text).slice(0, 200)]),
  ];
}

/** An event that only one of two runs has. */
export interface LaneDifference {
  readonly lane: string;
  readonly only: 'recorded' | 'live';
  readonly label: string;
  /** Line of the log; `null` for a live event. */
  readonly line: number | null;
}

interface Entry {
  readonly label: string;
  readonly line: number | null;
}

export interface LaneComparison {
  add(only: LaneDifference['only'], frame: PlacedFrame, line: number | null): void;
  /** The events of only one side by lane, in order, and the number of further ones. Call once. */
  differences(): { list: LaneDifference[]; more: number };
}

/** Maximum stored events of a lane once its sides differ; further ones are only counted. */
const MAX_LANE_EVENTS = 1000;
/** Maximum listed differences. */
const MAX_DIFFERENCES = 200;

/** Compares incrementally: equal events are dropped at once. */
export function compareLanes(): LaneComparison {
  const lanes = new Map<string, { recorded: Entry[]; live: Entry[] }>();
  let more = 0;

  return {
    add(only, { lane, label }, line) {
      const sides = lanes.get(lane) ?? { recorded: [], live: [] };
      lanes.set(lane, sides);
      if (sides[only].length >= MAX_LANE_EVENTS) {
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
      return { list: all.slice(0, MAX_DIFFERENCES), more: more + Math.max(0, all.length - MAX_DIFFERENCES) };
    },
  };
}

/** The entries of only one of two lists, in order. */
function unmatched(recorded: readonly Entry[], live: readonly Entry[]): Omit<LaneDifference, 'lane'>[] {
  const labels = (list: readonly Entry[]) => list.map(({ label }) => label);
  return align(labels(recorded), labels(live)).flatMap(([i, j]): Omit<LaneDifference, 'lane'>[] => {
    if (j === null) return [{ only: 'recorded', ...(recorded[i] as Entry) }];
    return i === null ? [{ only: 'live', ...(live[j] as Entry) }] : [];
  });
}
