// Failures as data: one row per code for the `error` event, HTTP answers and close frames.
// A peer's mistake is an `Issue`, returned; a caller's mistake or a system fault is a `ColloquyError`, thrown.

/** What is wrong with a value that came from a peer. Returned, never thrown. */
export interface Issue {
  readonly code: FailureCode;
  /** A path in the wire's own words, `item.content[1].type`; `null` when the whole frame is meant. */
  readonly param: string | null;
  /** One line, at most 512 characters. Never holds the offending value, except a type or an enum value cut to 64 characters [ER4]. */
  readonly message: string;
}

interface Failure {
  /** `error.type` on the wire. */
  readonly type: 'invalid_request_error' | 'server_error' | 'rate_limit_error';
  /** Status of the HTTP answer, where the failure happens before a session exists. */
  readonly http: number;
  /** WebSocket close code (RFC 6455, section 7.4), or 0 where the session stays open. */
  readonly close: number;
}

const refused = (http: number, close = 0) => ({ type: 'invalid_request_error', http, close }) as const;
const faulty = (http: number, close = 0) => ({ type: 'server_error', http, close }) as const;

/** Every code we can refuse with. A row marked *ours* is our choice; the others were observed on the real service or stand in its documents. */
export const FAILURES = {
  invalid_json: refused(400),
  invalid_event: refused(400),
  invalid_value: refused(400),
  invalid_type: refused(400),
  invalid_content_part: refused(400), // the seed's word; on the wire it becomes invalid_value [CV14]
  missing_required_parameter: refused(400),
  unknown_parameter: refused(400),
  integer_below_min_value: refused(400),
  integer_above_max_value: refused(400),
  decimal_below_min_value: refused(400), // ours
  decimal_above_max_value: refused(400), // ours
  string_above_max_length: refused(400),
  array_above_max_length: refused(400), // ours
  object_above_max_properties: refused(400), // ours
  item_create_invalid_previous_item_id: refused(404),
  item_delete_invalid_item_id: refused(404),
  item_retrieve_invalid_item_id: refused(404),
  item_truncate_invalid_item_id: refused(404),
  item_not_found: refused(404), // ours
  cannot_update_voice: refused(409),
  session_locked: refused(403), // ours
  input_audio_buffer_commit_empty: refused(400),
  conversation_already_has_active_response: refused(409),
  response_cancel_not_active: refused(409),
  limit_exceeded: refused(413), // ours
  context_length_exceeded: refused(400), // ours
  frame_too_large: refused(413, 1009), // ours
  session_expired: refused(410, 1001),
  invalid_api_key: refused(401, 3000),
  forbidden_host: refused(403), // ours
  forbidden_origin: refused(403), // ours
  invalid_model: refused(403, 4000),
  missing_model: refused(400, 4000),
  beta_api_shape_disabled: refused(400, 4000),
  not_found: refused(404), // ours
  call_id_not_found: refused(404),
  recording_in_progress: refused(409), // ours
  not_replayable: refused(409), // ours
  method_not_allowed: refused(405), // ours
  unsupported_media_type: refused(415), // ours
  websocket_upgrade_required: refused(426), // ours
  webrtc_unavailable: faulty(501), // ours
  rate_limit_exceeded: { type: 'rate_limit_error', http: 429, close: 1008 }, // ours
  invalid_tool_call: faulty(500), // ours
  internal_error: faulty(500),
  upstream_error: faulty(502), // ours
  upstream_timeout: faulty(504), // ours
  overloaded: faulty(503, 1013), // ours
  draining: faulty(503, 1001), // ours
  invalid_configuration: faulty(500), // ours: what an operator wrote
  port_in_use: faulty(500), // ours
} as const satisfies Record<string, Failure>;

export type FailureCode = keyof typeof FAILURES;

const BRAND = Symbol.for('colloquy.error');

/** A failure the caller cannot carry on from: our callers' mistakes, and the world failing. What a peer does wrong is an `Issue`, never one of these. */
export class ColloquyError extends Error {
  override readonly name = 'ColloquyError';
  readonly code: FailureCode;
  readonly [BRAND] = true;

  constructor(code: FailureCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** Recognises an error from another copy of this package too, where `instanceof` would not. */
  static is(error: unknown): error is ColloquyError {
    return typeof error === 'object' && error !== null && BRAND in error;
  }
}

/** Longest message put on the wire, in UTF-16 code units [ER4]. */
const MESSAGE_LENGTH = 512;

/** The inside of the wire's `error` event, all five keys always present [ER2, ER3]. */
export interface RealtimeError {
  type: string;
  code: string | null;
  message: string;
  param: string | null;
  /** The `event_id` of the client event that was refused, `null` when it had none. */
  event_id: string | null;
}

/** Makes the inside of an `error` event. `code` may be `null` for the one refusal the real service sends without [TR7]. */
export function toRealtimeError(
  code: FailureCode | null,
  issue: { param: string | null; message: string },
  eventId: string | null = null,
): RealtimeError {
  const message = issue.message.replace(/\s+/g, (blanks) => (/[\r\n]/.test(blanks) ? ' ' : blanks));
  return {
    type: code === null ? 'invalid_request_error' : FAILURES[code].type,
    code,
    message: message.length > MESSAGE_LENGTH ? `${message.slice(0, MESSAGE_LENGTH - 1)}…` : message,
    param: issue.param,
    event_id: eventId,
  };
}
