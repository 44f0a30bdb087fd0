// Summarizes one live session while it runs, for the lists and for the file beside its recording.

import { createSessionSummary, type RecordingEntry } from '@colloquy/session';
import { priceList } from '../recordings/price-list.ts';
import type { StoredSummary } from '../recordings/stored-summary.ts';
import type { Line, LineSink } from './line-sink.ts';

export interface SummarySink extends LineSink<Line> {
  /** So far; its duration is `null` until the session has ended. */
  summary(): StoredSummary;
}

/** `engine` is the name of the engine that answers the session. */
export function summarySink(engine: string): SummarySink {
  const builder = createSessionSummary({ prices: priceList(), engine });
  let line = 0;
  let hasEnded = false;
  return {
    write(written) {
      line += 1;
      builder.observe(entryOf(written, line));
    },
    end() {
      hasEnded = true;
    },
    summary() {
      const summary = builder.summary();
      return { summary: hasEnded ? summary : { ...summary, duration_ms: null }, text: builder.text() };
    },
  };
}

const entryOf = (line: Line, number: number): RecordingEntry =>
  line.from === 'server' ? { line: number, kind: 'frame', frame: line } : { line: number, kind: 'input', input: line };
