// The data of the charts, from the timings, usages and audio of a log.

import { costOf, isBilled, type Timing } from '@colloquy/session';
import { PEAK_MS, peaksOf } from '../audio/samples.ts';
import type { PartAudio } from '../log/audio-index.ts';
import type { FrameLog } from '../log/frame-log.ts';
import type { LogRow } from '../log/log-row.ts';
import { PRICES } from './prices.ts';

export interface Figures {
  readonly name: string;
  readonly unit: string;
  /** Milliseconds of the log, ascending. */
  readonly at: readonly number[];
  readonly lines: readonly {
    readonly label: string;
    /** A colour of the page's. */
    readonly color: string;
    readonly values: readonly (number | null)[];
  }[];
  /** What stands in it, in a sentence. */
  readonly summary: string;
}

/** Of the first `count` rows. */
export function figuresOf(log: FrameLog, count: number): Figures[] {
  const timings = log.timings
    .map((timing) => ({ timing, row: log.rows[log.indexOfLine(timing.line)] as LogRow | undefined }))
    .filter((each): each is { timing: Timing; row: LogRow } => each.row?.at != null && each.row.index < count)
    .sort((a, b) => (a.row.at as number) - (b.row.at as number));
  return [latency(timings), loudness(log, count), tokens(timings), cost(timings, log.header?.engine)];
}

/** Models that a sentence names. */
const MAX_NAMED = 5;

type Timed = readonly { readonly timing: Timing; readonly row: LogRow }[];

const rounded = (value: number | null) => (value === null ? null : Math.round(value));

function latency(all: Timed): Figures {
  const answers = all.filter(({ timing }) => timing.kind === 'response');
  const line = (label: string, color: string, of: (timing: Timing) => number | null) => ({
    label,
    color,
    values: answers.map(({ timing }) => rounded(of(timing))),
  });
  const slowest = Math.max(0, ...answers.map(({ timing }) => timing.first_audio_ms ?? timing.first_output_ms ?? 0));
  return {
    name: 'Latency',
    unit: 'ms',
    at: answers.map(({ row }) => row.at as number),
    lines: [
      line('first audio', '--tts', ({ first_audio_ms }) => first_audio_ms),
      line('first text', '--user', ({ first_output_ms }) => first_output_ms),
      line('all', '--text-muted', ({ total_ms }) => total_ms),
    ],
    summary: `${answers.length} answers, slowest first audio after ${Math.round(slowest)} ms.`,
  };
}

const sumOf = ({ seconds: _, ...usage }: Timing['usage'], kinds: RegExp): number =>
  Object.entries(usage).reduce((sum, [kind, tokens]) => (kinds.test(kind) ? sum + tokens : sum), 0);

function running(all: Timed, of: (timing: Timing) => number): number[] {
  let sum = 0;
  return all.map(({ timing }) => (sum += of(timing)));
}

function tokens(all: Timed): Figures {
  const fresh = running(all, ({ usage }) => sumOf(usage, /^input/));
  const cached = running(all, ({ usage }) => sumOf(usage, /^cached/));
  const out = running(all, ({ usage }) => sumOf(usage, /^output/));
  return {
    name: 'Tokens',
    unit: 'in all',
    at: all.map(({ row }) => row.at as number),
    lines: [
      { label: 'in', color: '--user', values: fresh },
      { label: 'cached input', color: '--text-muted', values: cached },
      { label: 'out', color: '--tts', values: out },
    ],
    summary: `${fresh.at(-1) ?? 0} in, ${cached.at(-1) ?? 0} cached, ${out.at(-1) ?? 0} out.`,
  };
}

function cost(all: Timed, engine: string | undefined): Figures {
  let isPriced = true;
  const models = new Set<string>();
  const sums = running(all, (timing) => {
    const price = costOf(PRICES, timing.model, timing.usage);
    if (price === null) isPriced = false;
    else if (timing.model !== null && models.size < MAX_NAMED) models.add(timing.model);
    return price ?? 0;
  });
  // An engine of the server's has no price: what its model would cost is shown as that.
  const asIf = isBilled(engine) || models.size === 0 ? '' : `, as if ${[...models].join(', ')}`;
  const isKnown = sums.some((sum) => sum > 0);
  return {
    name: 'Cost',
    unit: PRICES.currency,
    at: all.map(({ row }) => row.at as number),
    lines: [{ label: 'in all', color: '--llm', values: isKnown ? sums : [] }],
    summary: `${(sums.at(-1) ?? 0).toFixed(4)} ${PRICES.currency}${asIf}${isPriced ? '' : ', without unknown prices'}.`,
  };
}

/** Of so many ms each loudness is told; more of them are no better to see. */
const LOUDNESS_MS = 100;

/** How loud what was spoken was, placed where its first piece came. */
function loudness(log: FrameLog, count: number): Figures {
  const sides = { user: new Map<number, number>(), assistant: new Map<number, number>() };
  for (const part of audioParts(log, count)) {
    const first = log.rows[part.chunks[0]?.row ?? -1];
    if (first?.at == null) continue;
    const side = first.from === 'client' ? sides.user : sides.assistant;
    for (const [n, peak] of peaksOf(part).entries()) {
      const slot = Math.floor((first.at + n * PEAK_MS) / LOUDNESS_MS);
      side.set(slot, Math.max(side.get(slot) ?? 0, peak));
    }
  }
  const slots = [...new Set([...sides.user.keys(), ...sides.assistant.keys()])].sort((a, b) => a - b);
  const values = (side: ReadonlyMap<number, number>) => slots.map((slot) => side.get(slot) ?? null);
  return {
    name: 'Loudness',
    unit: 'peak, from 0 to 1',
    at: slots.map((slot) => slot * LOUDNESS_MS),
    lines: [
      { label: 'user', color: '--user', values: values(sides.user) },
      { label: 'assistant', color: '--assistant', values: values(sides.assistant) },
    ],
    summary: 'Peak level of the audio, from the time its first part arrived.',
  };
}

/** The sound of all items of all sessions, as far as they were told. */
function* audioParts(log: FrameLog, count: number): Generator<PartAudio> {
  const mirror = log.mirrorAt(count);
  for (const { session, items } of [...mirror.earlier(), mirror]) {
    const { audio } = log.session(session?.id);
    for (const { id, type } of items()) {
      const part = id && type === 'message' ? audio.of(id, 0, count) : undefined;
      if (part) yield part;
    }
  }
}
