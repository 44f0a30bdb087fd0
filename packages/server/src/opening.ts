// What a connection opens: read off the query, the grant and the operator's list of models [AU3 to AU6, AU24].

import type { SessionUpdateConfig } from '@colloquy/protocol';
import { type Grant, queryOf, type Refusal } from './auth.ts';

/** A session to be. */
export interface Opening {
  readonly kind: 'realtime' | 'transcription';
  /** Fixed for the life of the session [SE14]. `''` for a transcription session, which has none. */
  readonly model: string;
  /** What it starts from, when a client secret says so. */
  readonly config: SessionUpdateConfig | undefined;
  /** Whether the client may not change what `config` says. */
  readonly isLocked: boolean;
}

export interface OpeningRules {
  /** Models a client may name; `undefined` for any [AU5]. */
  readonly models: readonly string[] | undefined;
  readonly defaultModel: string;
  readonly lockedSecrets: boolean;
}

const refuse = (code: Refusal['code'], param: string | null, message: string) =>
  ({ ok: false, refusal: { code, param, message } }) as const;

/** Refuses with `invalid_value`, `missing_model`, `invalid_model`, `session_locked` or, for a sideband, `call_id_not_found`. */
export function openingOf(
  target: string,
  grant: Grant,
  rules: OpeningRules,
): { ok: true; opening: Opening } | { ok: false; refusal: Refusal } {
  const query = queryOf(target);
  const [models, calls, intents] = [query.getAll('model'), query.getAll('call_id'), query.getAll('intent')];
  if (models.length + calls.length + intents.length > 1) {
    return refuse('invalid_value', null, "Exactly one of 'model', 'call_id' and 'intent' names what is opened.");
  }
  if (calls.length > 0) return refuse('call_id_not_found', '', 'No session found for the provided call_id');
  if (intents.length > 0 && intents[0] !== 'transcription') {
    return refuse('invalid_value', 'intent', "Invalid value: the only intent is 'transcription'.");
  }
  const config = grant.secret?.session;
  const isLocked = rules.lockedSecrets && config !== undefined;
  if (intents.length > 0) {
    if (config && config.type !== 'transcription') {
      return refuse('session_locked', 'intent', 'The client secret is for another kind of session.');
    }
    return { ok: true, opening: { kind: 'transcription', model: '', config, isLocked } };
  }
  const own = config?.type === 'realtime' ? config.model : undefined;
  const [asked] = models;
  if (!asked && !config) return refuse('missing_model', 'model', 'You must provide a model parameter.');
  if (config?.type === 'transcription') {
    if (asked) return refuse('session_locked', 'model', 'The client secret is for another kind of session.');
    return { ok: true, opening: { kind: 'transcription', model: '', config, isLocked } };
  }
  if (asked && isLocked && own !== undefined && asked !== own) {
    return refuse('session_locked', 'model', 'The client secret fixes the model.');
  }
  const model = asked || own || rules.defaultModel;
  if (rules.models && !rules.models.includes(model)) {
    return refuse('invalid_model', 'model', 'The model does not exist or you do not have access to it.');
  }
  return { ok: true, opening: { kind: 'realtime', model, config, isLocked } };
}

/** What a locked configuration fixes, as dotted paths below `session` [SE33]: settings as a whole, not their inside. */
export function lockedPaths(config: SessionUpdateConfig): string[] {
  const { audio, ...others } = config;
  const free: ReadonlySet<string> = new Set(['type', 'id', 'object', 'expires_at', 'model']);
  const sides = Object.entries(audio ?? {}).flatMap(([side, settings]) =>
    Object.keys(settings ?? {}).map((name) => `audio.${side}.${name}`),
  );
  return [...Object.keys(others).filter((name) => !free.has(name)), ...sides];
}
