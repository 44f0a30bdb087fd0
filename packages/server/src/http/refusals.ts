// Makes refusals, and defines those that several modules use. Written to HTTP by `http-answer.ts`; codes: `FAILURES` of @colloquy/protocol.

import { FAILURES, type FailureCode, type Issue } from '@colloquy/protocol';

/** An issue with the HTTP status and close code of its row in `FAILURES`. For requests outside a session. */
export interface Refusal extends Issue {
  /** `error.type` on the wire. */
  readonly type: (typeof FAILURES)[FailureCode]['type'];
  /** Status of the HTTP answer. */
  readonly http: number;
  /** WebSocket close code; 0 if the row has none. */
  readonly close: number;
  /** Reason of the WebSocket close: type and code; the type alone if the request carries no credential [ER48]. */
  readonly reason: string;
}

/** Makes a refusal of an existing issue. */
export function refusalOf({ code, param, message }: Issue): Refusal {
  const { type, http, close } = FAILURES[code];
  return { code, param, message, type, http, close, reason: `${type}.${code}` };
}

/** `param` is the invalid parameter; `null` for the whole request. */
export const refusal = (code: FailureCode, message: string, param: string | null = null): Refusal =>
  refusalOf({ code, param, message });

const missingKey = refusal('invalid_api_key', 'No API key was provided.');
export const NO_CREDENTIAL: Refusal = { ...missingKey, reason: missingKey.type };
export const NOT_FOUND = refusal('not_found', 'There is nothing at this path.');
/** Sent with `Allow` [RT14]. */
export const WRONG_METHOD = refusal('method_not_allowed', 'This path does not take that method.');
/** For an HTTP request to a WebSocket path. */
export const UPGRADE_REQUIRED = refusal('websocket_upgrade_required', 'This path is for WebSocket connections.');
export const BAD_HANDSHAKE = refusal('invalid_value', 'The WebSocket handshake is not valid.');
export const SERVER_FAULT = refusal('internal_error', 'The server had an error.');
/** For a call that is unknown or has ended [RT10]. */
export const CALL_NOT_FOUND = refusal('call_id_not_found', 'No session found for the provided call_id', '');
/** For a model that the operator does not allow [AU5]. `param` is the field that names it. */
export const unknownModel = (param: string | null): Refusal =>
  refusal('invalid_model', 'The model does not exist or you do not have access to it.', param);
