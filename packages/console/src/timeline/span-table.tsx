// The spans as a table.

import { SafeText } from '../conversation/safe-text.tsx';
import { LANE_NAMES } from './picture.ts';
import type { Span } from './span.ts';
import { isSameSpan } from './timeline-tools.tsx';

/** Rows shown at once. */
const MAX_ROWS = 300;

export interface SpanTableProps {
  readonly spans: readonly Span[];
  readonly selected: Span | undefined;
  readonly choose: (span: Span) => void;
}

export function SpanTable({ spans, selected, choose }: SpanTableProps) {
  const first = Math.max(0, spans.length - MAX_ROWS);
  return (
    <details class="span-table">
      <summary>Spans as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">lane</th>
            <th scope="col">what</th>
            <th scope="col">from, s</th>
            <th scope="col">duration, ms</th>
          </tr>
        </thead>
        <tbody>
          {spans.slice(first).map((span, n) => (
            <tr key={first + n} aria-current={isSameSpan(span, selected) ? 'true' : undefined}>
              <td>{LANE_NAMES[span.lane]}</td>
              <td>
                <button
                  type="button"
                  class="quiet"
                  data-poor={span.hasFailed || undefined}
                  onClick={() => choose(span)}
                >
                  <SafeText text={span.label} />
                </button>
              </td>
              <td class="number">{(span.from / 1000).toFixed(3)}</td>
              <td class="number">{span.to === null ? 'lasts' : Math.round(span.to - span.from)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {first > 0 && <p class="hint">{first} earlier spans are not listed.</p>}
    </details>
  );
}
