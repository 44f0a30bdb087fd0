// Parses path, query, grant and the allowed models into the session to open [AU1, AU3 to AU6, AU24]. Who may open it: `authorize.ts`.

import type { SessionUpdateConfig } from '@colloquy/protocol';
import { type Refusal, refusal, unknownModel } from '../http/refusals.ts';
import type { Grant } from './authorize.ts';
import { pathOf, queryOf } from './request-head.ts';
import type { SecretSession, TranslationConfig } from './secret-store.ts';

/** A session with a conversation. */
export interface ConversationRequest {
  readonly kind: 'realtime' | 'transcription';
  /** Fixed for the life of the session [SE14]. `''` for a transcription session, which has no model. */
  readonly model: string;
  /** Initial settings from the client secret, if it carries any. */
  readonly config: SessionUpdateConfig | undefined;
  /** Whether the client cannot change the settings in `config`. */
  readonly isLocked: boolean;
  /** The waiting conversation that it goes on from. */
  readonly fork?: string | undefined;
}

export interface TranslationRequest {
  readonly kind: 'translation';
  readonly model: string;
  readonly config: TranslationConfig | undefined;
  readonly isLocked: boolean;
}

export type SessionRequest = ConversationRequest | TranslationRequest;

/** A WebSocket of a call that is live. */
export interface SidebandRequest {
  readonly kind: 'sideband';
  readonly callId: string;
}

type ParseResult = { ok: true; request: SessionRequest | SidebandRequest } | { ok: false; refusal: Refusal };

export interface SessionRules {
  /** Models a client may name; `undefined` for any [AU5]. */
  readonly models: readonly string[] | undefined;
  readonly defaultModel: string;
  /** What `GET /v1/models` lists [RT20]. */
  readonly shownModels: readonly string[];
  readonly lockedSecrets: boolean;
}

/** What a path opens: a conversation, a conversation in the beta dialect of Azure, or a translation. */
type Address = 'conversation' | 'azure_beta' | 'translation';

/** Paths that open sessions [AU1]. */
const ADDRESSES: Readonly<Record<string, Address>> = {
  '/v1/realtime': 'conversation',
  '/openai/v1/realtime': 'conversation',
  '/openai/realtime': 'azure_beta',
  '/v1/realtime/translations': 'translation',
  '/openai/v1/realtime/translations': 'translation',
};
const PATHS: ReadonlyMap<string, Address> = new Map(
  Object.entries(ADDRESSES).flatMap(([path, address]) => [
    [path, address],
    [`${path}/`, address],
  ]),
);
export const SESSION_PATHS: ReadonlySet<string> = new Set(PATHS.keys());

const addressOf = (target: string): Address | undefined => PATHS.get(pathOf(target));

/** Whether the path selects the beta dialect [BT1]. */
export const isBetaAddress = (target: string): boolean => addressOf(target) === 'azure_beta';

const refuse = (code: Refusal['code'], param: string | null, message: string) =>
  ({ ok: false, refusal: refusal(code, message, param) }) as const;

/** The query parameter that names the model: `deployment` on Azure's beta path, `model` elsewhere. */
type ModelParameter = 'model' | 'deployment';

export const missingModel = (param: ModelParameter = 'model') =>
  refuse('missing_model', param, `You must provide a ${param} parameter.`);
export const invalidModel = (param: ModelParameter = 'model') => ({ ok: false, refusal: unknownModel(param) }) as const;
export const otherModel = (param: ModelParameter = 'model') =>
  refuse('session_locked', param, 'The client secret fixes the model.');
export const otherKind = (param: string | null) =>
  refuse('session_locked', param, 'The client secret is for another kind of session.');

/**
 * `target` must have a path of `SESSION_PATHS`. Refuses with `invalid_value`, `missing_model`, `invalid_model` or
 * `session_locked`.
 */
export function parseSessionRequest(target: string, grant: Grant, rules: SessionRules): ParseResult {
  const address = addressOf(target);
  if (address === 'translation') return parseTranslation(target, grant, rules);
  return parseConversation(target, grant, rules, address === 'azure_beta' ? 'deployment' : 'model');
}

function parseTranslation(target: string, grant: Grant, rules: SessionRules): ParseResult {
  const query = queryOf(target);
  if (query.getAll('model').length > 1 || query.has('call_id') || query.has('intent')) {
    return refuse('invalid_value', null, "'model' alone names what is opened here, once.");
  }
  const config = grant.secret?.session;
  if (config && config.type !== 'translation') return otherKind(null);
  const requestedModel = query.get('model');
  if (!requestedModel && !config) return missingModel();
  const isLocked = rules.lockedSecrets && config !== undefined;
  if (requestedModel && isLocked && requestedModel !== config.model) return otherModel();
  const model = requestedModel || config?.model || '';
  if (rules.models && !rules.models.includes(model)) return invalidModel();
  return { ok: true, request: { kind: 'translation', model, config, isLocked } };
}

function parseConversation(target: string, grant: Grant, rules: SessionRules, param: ModelParameter): ParseResult {
  const query = queryOf(target);
  const calls = query.getAll('call_id');
  const intents = query.getAll('intent');
  const isTranscription = intents[0] === 'transcription';
  // Azure names a deployment beside the intent; a transcription session has no model.
  const models = param === 'deployment' && isTranscription ? [] : query.getAll(param);
  if (models.length + calls.length + intents.length > 1) {
    return refuse('invalid_value', null, `Exactly one of '${param}', 'call_id' and 'intent' names what is opened.`);
  }
  const [callId] = calls;
  if (callId !== undefined) return { ok: true, request: { kind: 'sideband', callId } };
  if (intents.length > 0 && !isTranscription) {
    return refuse('invalid_value', 'intent', "Invalid value: the only intent is 'transcription'.");
  }
  const config = grant.secret?.session;
  if (config?.type === 'translation') return otherKind(null);
  const isLocked = rules.lockedSecrets && config !== undefined;
  const fork = grant.secret?.fork;
  if (intents.length > 0) {
    if (config && config.type !== 'transcription') return otherKind('intent');
    return { ok: true, request: { kind: 'transcription', model: '', config, isLocked, fork } };
  }
  const secretModel = config?.type === 'realtime' ? config.model : undefined;
  const [requestedModel] = models;
  if (!requestedModel && !config) return missingModel(param);
  if (config?.type === 'transcription') {
    if (requestedModel) return otherKind(param);
    return { ok: true, request: { kind: 'transcription', model: '', config, isLocked, fork } };
  }
  if (requestedModel && isLocked && secretModel !== undefined && requestedModel !== secretModel)
    return otherModel(param);
  const model = requestedModel || secretModel || rules.defaultModel;
  if (rules.models && !rules.models.includes(model)) return invalidModel(param);
  return { ok: true, request: { kind: 'realtime', model, config, isLocked, fork } };
}

/** The settings that a locked configuration fixes, as dotted paths below `session` [SE33]. A setting is fixed as a whole. */
export function lockedPaths(config: SecretSession): string[] {
  const { audio, ...others } = config;
  const free: ReadonlySet<string> = new Set(['type', 'id', 'object', 'expires_at', 'model']);
  const sides = Object.entries(audio ?? {}).flatMap(([side, settings]) =>
    Object.keys(settings ?? {}).map((name) => `audio.${side}.${name}`),
  );
  return [...Object.keys(others).filter((name) => !free.has(name)), ...sides];
}
