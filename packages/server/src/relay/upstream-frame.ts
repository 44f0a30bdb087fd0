// Decodes upstream frames: accepts any event with a `type` within the limits of LM1 and ER19 [RL4]. Handling of events:
// `relay-step.ts`; of other frames: `relay-malformed.ts`.

import { decodeServerEvent, readFrame, type ServerEvent } from '@colloquy/protocol';
import type { Frame } from '../transports/transport.ts';

/** An event, or why decoding failed: a failure code or `binary`. */
export type UpstreamFrame = { ok: true; event: ServerEvent } | { ok: false; code: string };

/** A known event must match its schema, but may lack fields, because some servers omit them. */
export function readUpstreamFrame(frame: Frame): UpstreamFrame {
  if (typeof frame !== 'string') return { ok: false, code: 'binary' };
  const parsed = readFrame(frame, true);
  if (!parsed.ok) return { ok: false, code: parsed.issue.code };
  const decoded = decodeServerEvent(parsed.value);
  if (decoded.ok) return { ok: true, event: decoded.value };
  const [{ code, param }] = decoded.issues;
  // `param` is a path only if the event has a type.
  if (code !== 'missing_required_parameter' || param === null) return { ok: false, code };
  return { ok: true, event: parsed.value as ServerEvent };
}
