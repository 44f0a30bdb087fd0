// What a client script keeps of the events its SDK hands it, and how it waits for the next one: the same for every SDK.

import { createHash } from 'node:crypto';

/** A list that `push` fills and `until` waits on. */
export function hearing() {
  const events = [];
  let asked = 0;
  let wake = () => {};
  return {
    events,
    push(event) {
      events.push(event);
      wake();
    },
    /** The next event of this type, since the last one asked for, of which `holds` is true. */
    async until(type, holds = () => true) {
      for (;;) {
        const found = events.findIndex((event, index) => index >= asked && event.type === type && holds(event));
        if (found >= 0) {
          asked = found + 1;
          return events[found];
        }
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    },
    count: (type) => events.filter((event) => event.type === type).length,
  };
}

/** How many bytes, and their SHA-256 in hex. */
export function digest(chunks) {
  const bytes = Buffer.concat(chunks);
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** So many milliseconds of 24 kHz mono PCM, never silent and never the same twice running. */
export const pcm = (ms) => Buffer.from(Uint8Array.from({ length: ms * 48 }, (_, index) => (index * 7) % 251));

/** Long enough to be cut off before its end, on a slow machine too. */
export const LONG = 'on and '.repeat(200).trim();
