// Why a request is turned away: the one maker of refusals, and those that several modules give. How a refusal is written to HTTP
// is `http-answer.ts`; the codes and what they map to are `FAILURES` of @colloquy/protocol.

import { FAILURES, type FailureCode, type Issue } from '@colloquy/protocol';

/** An issue, with what its row of `FAILURES` makes of it before a session exists. */
export interface Refusal extends Issue {
  /** `error.type` on the wire. */
  readonly type: (typeof FAILURES)[FailureCode]['type'];
  /** Status of the HTTP answer. */
  readonly http: number;
  /** WebSocket close code, or 0 where the row has none. */
  readonly close: number;
  /** Reason of the WebSocket close: type and code, or the type alone when no credential was sent [ER48]. */
  readonly reason: string;
}

/** The refusal of an issue that was found elsewhere. */
export function refusalOf({ code, param, message }: Issue): Refusal {
  const { type, http, close } = FAILURES[code];
  return { code, param, message, type, http, close, reason: `${type}.${code}` };
}

/** `param` is the parameter at fault, `null` for the request as a whole. */
export const refusal = (code: FailureCode, message: string, param: string | null = null): Refusal =>
  refusalOf({ code, param, message });

const missingKey = refusal('invalid_api_key', 'No API key was provided.');
export const NO_CREDENTIAL: Refusal = { ...missingKey, reason: missingKey.type };
export const NOT_FOUND = refusal('not_found', 'There is nothing at this path.');
/** For a plain request to a path of WebSockets. */
export const UPGRADE_REQUIRED = refusal('websocket_upgrade_required', 'This path is for WebSocket connections.');
export const BAD_HANDSHAKE = refusal('invalid_value', 'The WebSocket handshake is not valid.');
export const SERVER_FAULT = refusal('internal_error', 'The server had an error.');
/** For a model outside the operator's list [AU5]. `param` says where it was named. */
export const unknownModel = (param: string | null): Refusal =>
  refusal('invalid_model', 'The model does not exist or you do not have access to it.', param);
