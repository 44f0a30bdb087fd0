import { describe, expect, it } from 'vitest';
import type { Grant } from './authorize.ts';
import { parseCallRequest } from './call-request.ts';

const RULES = { models: undefined, defaultModel: 'm', shownModels: ['m'], lockedSecrets: false };

type Session = Parameters<typeof parseCallRequest>[1];

/** The session that a call opens with `session` in its body and a secret that carries `carried`. */
function opened(carried: Session, session: Session) {
  const secret = {
    hash: '',
    expiresAt: 0,
    session: carried,
    principal: 'key_a',
    revoked: new AbortController().signal,
  } as NonNullable<Grant['secret']>;
  const result = parseCallRequest('/v1/realtime/calls', session, { principal: 'key_a', secret }, RULES);
  return result.ok ? result.request.config : undefined;
}

const listening = (turn_detection: object): Session =>
  ({ type: 'realtime', audio: { input: { turn_detection } } }) as Session;

describe('the session of a call', () => {
  it('[RT6, SE6] merges the session of the body into that of the secret, key by key', () => {
    const carried = listening({ type: 'server_vad', threshold: 0.8 });
    expect(opened(carried, listening({ type: 'server_vad', silence_duration_ms: 300 }))).toEqual(
      listening({ type: 'server_vad', threshold: 0.8, silence_duration_ms: 300 }),
    );
  });

  it('[RT6, SE7] replaces an object of another type', () => {
    const carried = listening({ type: 'server_vad', threshold: 0.8 });
    const semantic = listening({ type: 'semantic_vad', eagerness: 'high' });
    expect(opened(carried, semantic)).toEqual(semantic);
  });
});
