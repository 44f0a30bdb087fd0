// Draws speech as a waveform, where it was spoken or played: what was not heard is grey.

import { PEAK_MS } from '../audio/samples.ts';
import { type Box, type Brush, GUTTER, timeAt, xOf } from './picture.ts';
import type { Span } from './span.ts';
import { loudest } from './waveforms.ts';

/** Whether the log has the audio; nothing is drawn otherwise. */
export function drawWaveform(
  { context, picture, color }: Brush,
  span: Span,
  { left, top, height, width }: Box,
): boolean {
  const peaks = picture.waveforms.of(span);
  if (peaks.length === 0) return false;
  const own = color(span.kind === 'speech' ? '--user' : '--assistant');
  const until = span.to ?? picture.spans.end;
  const hasUnheard = span.kind === 'playback' && peaks.length * PEAK_MS > until - span.from + 2 * PEAK_MS;
  const end = hasUnheard ? xOf(picture, span.from + peaks.length * PEAK_MS) : left + width;
  context.globalAlpha = 0.14;
  context.fillStyle = own;
  context.beginPath();
  context.roundRect(left, top, width, height, 4);
  context.fill();
  context.globalAlpha = 1;
  const middle = top + height / 2;
  for (let x = Math.max(GUTTER, Math.floor(left)); x < Math.min(picture.width, end); x += 2) {
    const from = timeAt(picture, x) - span.from;
    const to = timeAt(picture, x + 2) - span.from;
    const size = Math.max(1, Math.sqrt(loudest(peaks, from, Math.max(to, from + PEAK_MS))) * height);
    context.fillStyle = x > left + width ? color('--unheard') : own;
    context.fillRect(x, middle - size / 2, 1.5, size);
  }
  return true;
}
