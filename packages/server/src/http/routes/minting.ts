// Shared by the routes that mint client secrets: reads the body, validates the configuration, computes the resulting session.

import {
  decodeClientEvent,
  type Issue,
  readFrame,
  type SessionObject,
  type SessionUpdateConfig,
} from '@colloquy/protocol';
import { createSession, type SessionKind, type SessionOptions, sessionObject, step } from '@colloquy/session';
import type { ClientSecrets } from '../../auth/client-secrets.ts';
import type { SessionRules } from '../../auth/session-request.ts';
import { randomSeed } from '../../sessions/random-seed.ts';
import { type Refusal, refusal, unknownModel } from '../refusals.ts';

export interface MintingOptions {
  readonly secrets: ClientSecrets;
  readonly rules: SessionRules;
  /** Session options for a model: defaults of the operator and capabilities of the engine. */
  readonly startOptions: (
    model: string,
    kind: SessionKind,
  ) => Pick<SessionOptions, 'defaults' | 'speaking' | 'detects_turns'>;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Default lifetime of a secret, in seconds [RT2]. */
export const DEFAULT_SECONDS = 600;

export const refuse = (issue: Issue) => ({ ok: false, issue }) as const;

/** Parses the JSON object of a body with the checks for frames. An absent body is an empty object. */
export function readObject(body: unknown): { ok: true; value: Record<string, unknown> } | { ok: false; issue: Issue } {
  if (body === undefined || body === '') return { ok: true, value: {} };
  const read = readFrame(body as string, true);
  if (!read.ok) return refuse(read.issue);
  if (read.later) return refuse(read.later);
  const { value } = read;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse({ code: 'invalid_type', param: null, message: 'The body must be a JSON object.' });
  }
  return { ok: true, value: value as Record<string, unknown> };
}

/** Validates a configuration as `session.update` does, with the same codes and params [RT3]. */
export function decodeConfig(
  session: unknown,
): { ok: true; session: SessionUpdateConfig } | { ok: false; issue: Issue } {
  const decoded = decodeClientEvent({ type: 'session.update', session }, { profile: 'server' });
  if (!decoded.ok) return refuse(decoded.issues[0]);
  return { ok: true, session: (decoded.value as { session: SessionUpdateConfig }).session };
}

/** The session object after an update to this configuration, or the issue that refuses it. */
export function effectiveSession(
  session: SessionUpdateConfig,
  options: Pick<SessionOptions, 'model' | 'started_at' | 'defaults' | 'speaking' | 'detects_turns'>,
): { ok: true; session: SessionObject } | { ok: false; issue: Issue } {
  const fresh = createSession({ ...options, kind: session.type, seed: randomSeed() });
  const opened = step(fresh, { at: 0, from: 'host', event: { type: 'open' } });
  const { state, refused } = step(opened.state, { at: 0, from: 'client', event: { type: 'session.update', session } });
  if (refused) return refuse({ ...refused, code: refused.code ?? 'invalid_value' });
  return { ok: true, session: { ...sessionObject(state), expires_at: 0 } };
}

/** Refuses a model that the operator does not allow [AU5]. */
export function refuseModel(rules: SessionRules, model: string | undefined, param: string): Refusal | undefined {
  if (model === undefined || !rules.models || rules.models.includes(model)) return undefined;
  return unknownModel(param);
}

export const TOO_MANY = refusal('overloaded', 'Too many client secrets are live.');
