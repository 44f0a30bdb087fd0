// Waveform of audio with the playback position and the part that was not heard.

import { useEffect, useRef } from 'preact/hooks';
import { colorScheme } from '../shell/theme.ts';

export interface WaveformProps {
  /** From 0 to 1, one for each stretch of the same length. */
  readonly peaks: readonly number[];
  readonly durationMs: number;
  /** What comes after was never heard. */
  readonly heardMs?: number | undefined;
  readonly playedMs?: number | undefined;
  /** Whose audio it is: its colour. */
  readonly side: 'user' | 'assistant';
  readonly label: string;
}

const BAR = 3;
const HEIGHT = 36;
const NARROWEST = 48;
/** The room that conversation.css keeps for it. */
const WIDEST = 240;
/** Width of a second, so that clips can be compared by eye. */
const PER_SECOND = 48;

export function Waveform({ peaks, durationMs, heardMs, playedMs, side, label }: WaveformProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, (durationMs / 1000) * PER_SECOND)));
  const heardShare = heardMs === undefined ? 1 : heardMs / Math.max(1, durationMs);
  const played = playedMs === undefined ? 0 : playedMs / Math.max(1, durationMs);

  // What the picture is of; the colours are those of the page.
  const drawn = [
    peaks.length,
    peaks.at(-1),
    width,
    heardShare,
    played,
    playedMs === undefined,
    side,
    colorScheme.value,
  ];
  useEffect(() => {
    const { current } = canvas;
    const context = current?.getContext('2d');
    if (!current || !context) return;
    const scale = Math.max(1, devicePixelRatio);
    current.width = width * scale;
    current.height = HEIGHT * scale;
    context.scale(scale, scale);
    context.clearRect(0, 0, width, HEIGHT);
    const styles = getComputedStyle(current);
    const color = (name: string) => styles.getPropertyValue(name);
    const bars = Math.floor(width / BAR);
    for (let bar = 0; bar < bars; bar++) {
      const from = Math.floor((bar * peaks.length) / bars);
      const to = Math.max(from + 1, Math.floor(((bar + 1) * peaks.length) / bars));
      let peak = 0;
      for (let i = from; i < to; i++) peak = Math.max(peak, peaks[i] ?? 0);
      const share = (bar + 0.5) / bars;
      context.fillStyle = color(share > heardShare ? '--unheard' : `--${side}`);
      // While it is played, what is still to come is pale.
      context.globalAlpha = playedMs !== undefined && share > played && share <= heardShare ? 0.45 : 1;
      const height = Math.max(2, Math.sqrt(peak) * HEIGHT);
      context.fillRect(bar * BAR, (HEIGHT - height) / 2, BAR - 1, height);
    }
  }, drawn);
  return (
    <canvas
      ref={canvas}
      class="waveform"
      role="img"
      aria-label={label}
      style={{ width: `${width}px`, height: `${HEIGHT}px` }}
    />
  );
}
