// The spans as a table: for those who read rather than look, and for exact numbers.

import { Words } from '../conversation/words.tsx';
import { LANE_NAMES } from './draw.ts';
import type { Span } from './spans.ts';

/** Rows shown at once. */
const MOST = 300;

export interface SpanTableProps {
  readonly spans: readonly Span[];
  readonly selected: number | undefined;
  readonly choose: (index: number) => void;
}

export function SpanTable({ spans, selected, choose }: SpanTableProps) {
  const first = Math.max(0, spans.length - MOST);
  return (
    <details class="span-table">
      <summary>What took how long, as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">lane</th>
            <th scope="col">what</th>
            <th scope="col">from, s</th>
            <th scope="col">took, ms</th>
          </tr>
        </thead>
        <tbody>
          {spans.slice(first).map((span, n) => (
            <tr key={first + n} aria-current={first + n === selected ? 'true' : undefined}>
              <td>{LANE_NAMES[span.lane]}</td>
              <td>
                <button
                  type="button"
                  class="quiet"
                  data-poor={span.isPoor || undefined}
                  onClick={() => choose(first + n)}
                >
                  <Words text={span.words} />
                </button>
              </td>
              <td class="number">{(span.from / 1000).toFixed(3)}</td>
              <td class="number">{span.to === null ? 'lasts' : Math.round(span.to - span.from)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {first > 0 && <p class="hint">{first} earlier ones are not listed.</p>}
    </details>
  );
}
