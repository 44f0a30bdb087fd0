// Values of a session as text to show: what a server says is often, and not always, what it should be.

/** A string as it stands; anything else as JSON; nothing for what is absent. */
export function shownText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  return JSON.stringify(value) ?? '';
}
