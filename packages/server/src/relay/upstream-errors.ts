// Translates the upstream's close codes, close reasons and error messages for the client. Removes everything that could be a
// credential or a host name [RL6, ER50].

import { holdsCredential, type RealtimeError, type ServerEvent, toRealtimeError } from '@colloquy/protocol';
import { HIDDEN } from './upstream.ts';
import { CREDENTIAL_REFUSED } from './upstream-refusal.ts';

/** Close codes that are passed on unchanged. Before 3000, an `error` names whose credential was refused [RL15]. */
const PASSED_ON: ReadonlySet<number> = new Set([1000, 1001, 1008, 1009, 1012, 1013, 3000]);

/** The code and reason for the client when the upstream closes. */
export function closeOf(code: number, reason: string): { code: number; reason: string } {
  const mapped = code === 1005 ? 1000 : PASSED_ON.has(code) || (code >= 4000 && code <= 4999) ? code : 1011;
  if (code === 1006) return { code: mapped, reason: 'The connection to the upstream was lost.' };
  return { code: mapped, reason: redactText(reason) || 'The upstream closed the connection.' };
}

/** A plain word, a small number, or a code such as `invalid_request_error.invalid_model`. */
const HARMLESS = [
  /^["'(]?\p{L}{1,24}(?:['’]\p{L}{1,3})?["')]?[.,;:!?]{0,2}$/u,
  /^\d{1,6}[.,;:]?$/,
  /^(?!sk_|ek_)[a-z]{1,24}(?:_[a-z]{1,24}){1,4}(?:\.[a-z]{1,24}(?:_[a-z]{1,24}){0,5})?[.,;:]?$/,
];

/** Replaces every word that could be a key, id, host name or address, and the word after `Bearer`. */
function redactText(text: string): string {
  const tokens = text.split(/\s+/).filter((word) => word !== '');
  const parts = tokens.map((word, index) => {
    const isSecret = /^bearer$/i.test(tokens[index - 1] ?? '');
    return !isSecret && HARMLESS.some((pattern) => pattern.test(word)) ? word : HIDDEN;
  });
  return parts.filter((word, index) => word !== HIDDEN || parts[index - 1] !== HIDDEN).join(' ');
}

/** Replaces error messages that mention the operator's upstream credential. */
export function withoutCredentials(event: ServerEvent): ServerEvent {
  if (event.type === 'error') {
    const { error } = event as { error?: Partial<RealtimeError> | null };
    if (!error || (error.code !== 'invalid_api_key' && !mentionsCredential(error.message))) return event;
    const code = error.code === 'invalid_api_key' ? error.code : 'upstream_error';
    return { ...event, error: toRealtimeError(code, CREDENTIAL_REFUSED, error.event_id ?? null) };
  }
  if (event.type === 'response.done') {
    const details = event.response?.status_details;
    if (!mentionsCredential(details?.error?.message)) return event;
    const error = { ...details?.error, message: CREDENTIAL_REFUSED.message };
    return { ...event, response: { ...event.response, status_details: { ...details, error } } };
  }
  return event;
}

const mentionsCredential = (message: unknown) => typeof message === 'string' && holdsCredential(message);
