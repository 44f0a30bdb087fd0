// Pointer and wheel on the timeline: hover, click, drag to pan, shift and drag to measure, wheel to zoom at the pointer.

import { useEffect, useRef } from 'preact/hooks';

/** Places are pixels from the upper left corner of the element. */
export interface Gestures {
  hover(x: number, y: number): void;
  leave(): void;
  click(x: number, y: number): void;
  /** Moved by a number of pixels since the drag began. */
  pan(by: number): void;
  /** Ends at `to`; called again while it grows. */
  measure(from: number, to: number): void;
  /** `factor` above 1 shows more. */
  zoom(x: number, factor: number): void;
  scroll(by: number): void;
}

/** Pixels before a press becomes a drag. */
const MIN_DRAG = 4;
const ZOOM_IN = 0.8;

interface Drag {
  readonly x: number;
  last: number;
  readonly isMeasuring: boolean;
  hasMoved: boolean;
}

/** Handlers for the element that `ref` refers to. */
export function useGestures(ref: { readonly current: HTMLElement | null }, gestures: Gestures) {
  const drag = useRef<Drag | undefined>(undefined);
  useWheel(ref, gestures);
  const at = (event: PointerEvent) => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  return {
    onPointerDown(event: PointerEvent) {
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      const { x } = at(event);
      drag.current = { x, last: x, isMeasuring: event.shiftKey, hasMoved: false };
    },
    onPointerMove(event: PointerEvent) {
      const { x, y } = at(event);
      const { current } = drag;
      if (!current) return gestures.hover(x, y);
      if (!current.hasMoved && Math.abs(x - current.x) < MIN_DRAG) return;
      current.hasMoved = true;
      if (current.isMeasuring) gestures.measure(current.x, x);
      else gestures.pan(x - current.last);
      current.last = x;
    },
    onPointerUp(event: PointerEvent) {
      const { current } = drag;
      drag.current = undefined;
      if (!current || current.hasMoved) return;
      const { x, y } = at(event);
      gestures.click(x, y);
    },
    onPointerLeave: () => gestures.leave(),
  };
}

/** A wheel moves the picture and not the page, which only a listener that is not passive may say. */
function useWheel(ref: { readonly current: HTMLElement | null }, gestures: Gestures): void {
  const latest = useRef(gestures);
  latest.current = gestures;
  useEffect(() => {
    const { current } = ref;
    if (!current) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const isAlong = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (isAlong) return latest.current.scroll(event.deltaX || event.deltaY);
      const { left } = current.getBoundingClientRect();
      latest.current.zoom(event.clientX - left, event.deltaY > 0 ? 1 / ZOOM_IN : ZOOM_IN);
    };
    current.addEventListener('wheel', onWheel, { passive: false });
    return () => current.removeEventListener('wheel', onWheel);
  }, [ref]);
}
