// Decides which client frames a relay forwards. Each frame is decoded, checked and encoded again, so that the forwarded text is
// exactly the checked event [RL3]. Handling of frames: `relay-step.ts`.

import { type ClientEvent, decodeClientEvent, type Issue, type SessionUpdateConfig } from '@colloquy/protocol';
import { lockedField } from '@colloquy/session';
import type { Frame } from '../transports/transport.ts';
import { checkModels } from './relay-models.ts';

export interface RelayRules {
  /** Models a client may name; `undefined` allows any [RL9, RL14]. */
  readonly models?: readonly string[] | undefined;
  /** Dotted paths below `session` that no update may change, and the configuration with their values [SE33]. */
  readonly locked: readonly string[];
  readonly config: SessionUpdateConfig | undefined;
}

type CheckResult =
  | { ok: true; event: ClientEvent; audio_bytes?: number[] }
  | { ok: false; issue: Issue; event_id: string | null };

/**
 * Decodes and checks a client's frame. Refuses what a server refuses in a frame (ER8 to ER20), a model that is not on the list with
 * `invalid_model`, and a locked setting with `session_locked`. Unknown events and parameters are accepted, because the upstream may
 * be newer. With a list of models they may not contain text [RL14].
 */
export function checkClientFrame(frame: Frame, { models, locked, config }: RelayRules): CheckResult {
  let decoded = decodeClientEvent(frame, { profile: 'server', keepUnknown: true });
  let isNew = decoded.ok && !decoded.known;
  if (!decoded.ok && decoded.issues[0].code === 'unknown_parameter') {
    const tolerant = decodeClientEvent(frame, { keepUnknown: true });
    if (tolerant.ok) {
      decoded = tolerant;
      isNew = true;
    }
  }
  if (!decoded.ok) return { ok: false, issue: decoded.issues[0], event_id: decoded.event_id };
  const { value: event, audio_bytes } = decoded;
  const issue =
    (isNew && frame.length > MAX_UNKNOWN_EVENT_LENGTH ? TOO_LONG : undefined) ??
    (models && checkModels(event, models)) ??
    (event.type === 'session.update' ? lockedField({ locked, config }, event.session) : undefined);
  if (issue) return { ok: false, issue, event_id: event.event_id ?? null };
  return { ok: true, event, ...(audio_bytes && { audio_bytes }) };
}

/** Longest event of an unknown type or with an unknown parameter, in characters [LM1]. */
const MAX_UNKNOWN_EVENT_LENGTH = 1024 * 1024;
const TOO_LONG: Issue = {
  code: 'limit_exceeded',
  param: null,
  message: `The event is too large: more than ${MAX_UNKNOWN_EVENT_LENGTH} characters.`,
};
