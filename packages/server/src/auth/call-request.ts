// Parses query, grant, the part `session` of the body and the allowed models into the session that a call opens [RT6]. Sessions
// over WebSocket: `session-request.ts`.

import type { SessionUpdateConfig } from '@colloquy/protocol';
import { lockedField } from '@colloquy/session';
import { type Refusal, refusal, refusalOf } from '../http/refusals.ts';
import { isObject } from '../is-object.ts';
import type { Grant } from './authorize.ts';
import { queryOf } from './request-head.ts';
import {
  type ConversationRequest,
  invalidModel,
  lockedPaths,
  missingModel,
  otherKind,
  otherModel,
  type SessionRules,
} from './session-request.ts';

type CallParseResult = { ok: true; request: ConversationRequest } | { ok: false; refusal: Refusal };

const refuse = (reason: Refusal): CallParseResult => ({ ok: false, refusal: reason });

/**
 * `session` is the part of the body, already decoded. It is merged into the settings that a client secret carries; with a locked
 * secret it may set no field otherwise than the secret, and all settings of both are locked.
 */
export function parseCallRequest(
  target: string,
  session: SessionUpdateConfig | undefined,
  grant: Grant,
  rules: SessionRules,
): CallParseResult {
  const carried = grant.secret?.session;
  if (carried?.type === 'translation') return otherKind(null);
  if (carried && session && carried.type !== session.type) return otherKind('session.type');
  const isLocked = rules.lockedSecrets && carried !== undefined;
  const locked = isLocked && session && lockedField({ locked: lockedPaths(carried), config: carried }, session);
  if (locked) return refuse(refusalOf(locked));
  const config = carried && session ? (merged(carried, session) as SessionUpdateConfig) : (session ?? carried);
  const fork = grant.secret?.fork;
  const named = new Set([...queryOf(target).getAll('model'), modelOf(session)].filter(Boolean));
  if (config?.type === 'transcription')
    return named.size > 0
      ? refuse(NO_MODEL)
      : { ok: true, request: { kind: 'transcription', model: '', config, isLocked, fork } };
  if (named.size > 1) return refuse(TWO_MODELS);
  const [requested] = named;
  const secretModel = modelOf(carried);
  if (!requested && !config) return missingModel();
  if (requested && isLocked && secretModel !== undefined && requested !== secretModel) return otherModel();
  const model = requested || secretModel || rules.defaultModel;
  if (rules.models && !rules.models.includes(model)) return invalidModel();
  return { ok: true, request: { kind: 'realtime', model, config, isLocked, fork } };
}

const NO_MODEL = refusal('invalid_value', 'A transcription session has no model.', 'model');
const TWO_MODELS = refusal('invalid_value', 'Two different models are named.', 'model');

const modelOf = (config: SessionUpdateConfig | undefined): string | undefined =>
  config?.type === 'realtime' ? config.model : undefined;

/** Objects merge key by key, anything else replaces, as in an update of a session [SE6]; so does an object of another `type` [SE7]. */
function merged(base: object, update: object): object {
  const entries = Object.entries(update).map(([key, value]) => {
    const before = (base as Record<string, unknown>)[key];
    return [key, isObject(before) && isObject(value) && !isOtherType(before, value) ? merged(before, value) : value];
  });
  return { ...base, ...Object.fromEntries(entries) };
}

const isOtherType = (before: object, value: object): boolean =>
  'type' in before && 'type' in value && before.type !== value.type;
