// A moment as seen from now, with the absolute one on hover.

import { useNow } from '../shell/use-now.ts';
import { relativeTime } from './relative-time-text.ts';

const REFRESH_MS = 10_000;

/** `at` is in Unix milliseconds. */
export function RelativeTime({ at }: { at: number }) {
  const now = useNow(REFRESH_MS);
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {relativeTime(at, now)}
    </time>
  );
}
