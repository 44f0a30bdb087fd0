// The demo session: a recording that ships with the page. The viewer may contain it.

const FILE = 'demo.jsonl';

/** Whether there is a demo here. */
export const hasDemo = (): boolean => embedded() !== '';

/** The lines of the demo, as bytes; `undefined` if it cannot be read. */
export async function readDemo(signal: AbortSignal): Promise<ReadableStream<Uint8Array> | undefined> {
  const text = embedded();
  if (text) return new Blob([text]).stream();
  try {
    const response = await fetch(FILE, { signal });
    return response.ok && response.body ? response.body : undefined;
  } catch {
    // The server went away: as for any log, the page says so.
    return undefined;
  }
}

/** The text inside a viewer; `''` in a viewer without a demo, `undefined` on a server. */
const embedded = (): string | undefined => document.getElementById('demo')?.textContent?.trim();
