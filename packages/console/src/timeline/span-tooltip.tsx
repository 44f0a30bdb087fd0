// The tooltip of the span under the pointer.

import { SafeText } from '../conversation/safe-text.tsx';
import { LANE_NAMES } from './picture.ts';
import type { Span } from './span.ts';
import { spanTime } from './time-window.ts';

export interface HoveredSpan {
  readonly span: Span;
  /** Pixels from the upper left corner of the canvas. */
  readonly x: number;
  readonly y: number;
}

const WIDTH = 240;

export function SpanTooltip({ hovered: { span, x, y }, width }: { hovered: HoveredSpan; width: number }) {
  const { label, lane, from, to, turn } = span;
  return (
    <div
      class="span-tooltip"
      role="tooltip"
      style={{ left: `${Math.max(0, Math.min(x + 12, width - WIDTH))}px`, top: `${y + 14}px` }}
    >
      <strong>
        {to === null ? 'lasts' : spanTime(to - from)} <SafeText text={label} />
      </strong>
      <span class="hint">
        {LANE_NAMES[lane]}
        {turn !== undefined && ` · turn ${turn + 1}`} · from {(from / 1000).toFixed(3)} s
      </span>
    </div>
  );
}
