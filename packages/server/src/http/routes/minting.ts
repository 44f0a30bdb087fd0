// What the routes that mint client secrets have in common: how a body is read, which session it would make, what refuses it.

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
  /** What sessions of a model are opened with: what the operator sets, and what the engine can do. */
  readonly opened: (
    model: string,
    kind: SessionKind,
  ) => Pick<SessionOptions, 'defaults' | 'speaking' | 'detects_turns'>;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Seconds a secret opens sessions when nobody says otherwise [RT2]. */
export const DEFAULT_SECONDS = 600;

export const refuse = (issue: Issue) => ({ ok: false, issue }) as const;

/** Reads the object a body holds, by the guard that reads frames. An absent body is an empty object. */
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

/** Judges a configuration as `session.update` judges one, with the same codes and params [RT3]. */
export function judgeConfig(
  session: unknown,
): { ok: true; session: SessionUpdateConfig } | { ok: false; issue: Issue } {
  const decoded = decodeClientEvent({ type: 'session.update', session }, { profile: 'server' });
  if (!decoded.ok) return refuse(decoded.issues[0]);
  return { ok: true, session: (decoded.value as { session: SessionUpdateConfig }).session };
}

/** The session as it would be after an update to this configuration, or why it would be refused. */
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

/** Refuses a model outside the operator's list [AU5]. */
export function refuseModel(rules: SessionRules, model: string | undefined, param: string): Refusal | undefined {
  if (model === undefined || !rules.models || rules.models.includes(model)) return undefined;
  return unknownModel(param);
}

export const TOO_MANY = refusal('overloaded', 'Too many client secrets are live.');
