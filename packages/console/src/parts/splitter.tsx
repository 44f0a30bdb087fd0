// The line between two panels, dragged or moved with the arrow keys.

import type { Signal } from '@preact/signals';

export interface SplitterProps {
  readonly label: string;
  /** Size of the panel it belongs to, in pixels. */
  readonly size: Signal<number>;
  readonly min: number;
  readonly max: number;
  /** Where that panel is, seen from the line. */
  readonly panel: 'left' | 'right' | 'above' | 'below';
}

const KEY_STEP = 16;

export function Splitter({ label, size, min, max, panel }: SplitterProps) {
  const isUpright = panel === 'left' || panel === 'right';
  const sign = panel === 'left' || panel === 'above' ? 1 : -1;
  const set = (value: number) => {
    size.value = Math.round(Math.max(min, Math.min(max, value)));
  };
  const drag = (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
    const line = event.currentTarget;
    const from = isUpright ? event.clientX : event.clientY;
    const before = size.peek();
    line.setPointerCapture(event.pointerId);
    line.onpointermove = (moved) => set(before + sign * ((isUpright ? moved.clientX : moved.clientY) - from));
    line.onpointerup = line.onpointercancel = () => {
      line.onpointermove = null;
    };
  };
  const [back, on] = isUpright ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule of HTML cannot be moved
    <div
      class="splitter"
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={isUpright ? 'vertical' : 'horizontal'}
      aria-valuenow={size.value}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={drag}
      onKeyDown={(event) => {
        if (event.key !== back && event.key !== on) return;
        event.preventDefault();
        event.stopPropagation();
        set(size.peek() + sign * (event.key === on ? KEY_STEP : -KEY_STEP));
      }}
    />
  );
}
