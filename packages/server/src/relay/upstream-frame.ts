// Reads what an upstream sends: any event with a `type` within the limits of LM1 and ER19 [RL4]. What becomes of an event is
// `relay-session.ts`, what becomes of the rest `relay-malformed.ts`.

import { decodeServerEvent, readFrame, type ServerEvent } from '@colloquy/protocol';
import type { Frame } from '../transports/transport.ts';

/** An event, or why the frame is none: a failure code, or `binary`. */
export type UpstreamFrame = { ok: true; event: ServerEvent } | { ok: false; code: string };

/** An event we know must not contradict its shape; a field it has not is let pass, since dialects leave fields out. */
export function readUpstreamFrame(frame: Frame): UpstreamFrame {
  if (typeof frame !== 'string') return { ok: false, code: 'binary' };
  const read = readFrame(frame, true);
  if (!read.ok) return { ok: false, code: read.issue.code };
  const decoded = decodeServerEvent(read.value);
  if (decoded.ok) return { ok: true, event: decoded.value };
  const [{ code, param }] = decoded.issues;
  // The event has a type, or `param` would not be a path.
  if (code !== 'missing_required_parameter' || param === null) return { ok: false, code };
  return { ok: true, event: read.value as ServerEvent };
}
