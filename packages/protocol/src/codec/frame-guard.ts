// Checks of a server before parsing: size, depth, duplicate keys. The scan is in `json-scan.ts`, checks of parsed values in
// `value-guard.ts`, the shapes of events in the schemas.

import { quote } from '../schema/check.ts';
import { decodeText, JsonScan, type Level, notJson, parse, type Read, readTolerantly, refused } from './json-scan.ts';

export type { Read } from './json-scan.ts';

/** Longest frame a server takes, in characters [LM1]. The transport closes on a longer one, counted in bytes. */
const MAX_FRAME_LENGTH = 16 * 1024 * 1024;

/**
 * Reads a frame: JSON text, or UTF-8 bytes of it. Refuses with `invalid_json` what is not JSON, with `invalid_event` what is too
 * deep or has too many parts, and with `frame_too_large` what is longer than 16 MiB (the last two in the profile `server`,
 * or when the frame is long). `later` is a duplicate key: the text is JSON, and to be refused all the same [ER18].
 *
 * The cost before anything is refused is linear in the frame; too deep a frame is refused at its first bracket too many.
 */
export function readFrame(frame: string | Uint8Array, isServer: boolean): Read {
  if (!isServer) return readTolerantly(frame);
  const text = typeof frame === 'string' ? frame : decodeText(frame);
  if (text === undefined) return notJson();
  if (text.length > MAX_FRAME_LENGTH)
    return refused('frame_too_large', `The event is too large: more than ${MAX_FRAME_LENGTH} characters.`);
  const scan = new ServerScan(text, 'server');
  scan.run();
  if (scan.stop) return { ok: false, issue: scan.stop };
  const { later } = scan;
  const read = parse(text);
  return read.ok && later ? { ...read, later } : read;
}

/** Finds the first key that stands twice in one object. */
class ServerScan extends JsonScan {
  override keys(): Set<string> {
    return new Set();
  }

  override key(key: string, keys: Set<string>): void {
    if (keys.has(key) && !this.later) {
      const path = pathOf(this.levels);
      this.later = { code: 'invalid_event', param: path, message: `Duplicate key: '${path}'.` };
    }
    keys.add(key);
  }
}

/** Longest path told, in characters. */
const PATH_LENGTH = 256;

function pathOf(levels: readonly Level[]): string {
  const path = levels.map(({ step }) => (typeof step === 'number' ? `[${step}]` : `.${quote(step)}`)).join('');
  const whole = path.replace(/^\./, '');
  return whole.length > PATH_LENGTH ? `${whole.slice(0, PATH_LENGTH - 1)}…` : whole;
}
