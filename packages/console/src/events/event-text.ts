// Times and sizes as they stand in the list of events.

/** `12.345`, in seconds; empty where the log does not say. */
export const timeText = (at: number | null): string => (at === null ? '' : (at / 1000).toFixed(3));

/** How long after the line above: `+120 ms`, `+1.4 s`; empty if at once, or earlier. */
export function sinceText(at: number | null, before: number | null | undefined): string {
  if (at === null || before === null || before === undefined || at <= before) return '';
  const ms = Math.round(at - before);
  if (ms < 1) return '';
  return ms < 1000 ? `+${ms} ms` : `+${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** `812 B`, `101 kB`, `2.3 MB` */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

const COUNT = new Intl.NumberFormat('en');

/** `1,204` */
export const countText = (count: number): string => (count < 1000 ? String(count) : COUNT.format(count));
