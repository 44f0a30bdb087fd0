// What an upstream says when something is wrong, in words a client may see: close codes and reasons, and the messages of
// errors. Whatever might be a credential or the name of a host is left out [RL6, ER50].

import { holdsCredential, type RealtimeError, type ServerEvent, toRealtimeError } from '@colloquy/protocol';
import { HIDDEN } from './upstream.ts';
import { CREDENTIAL_REFUSED } from './upstream-refusal.ts';

/** Codes that mean to our client what they mean to us. With 3000 an `error` says whose credential was refused [RL15]. */
const PASSED_ON: ReadonlySet<number> = new Set([1000, 1001, 1008, 1009, 1012, 1013, 3000]);

/** A close of the upstream, as the client is told of it. */
export function closeOf(code: number, reason: string): { code: number; reason: string } {
  const mapped = code === 1005 ? 1000 : PASSED_ON.has(code) || (code >= 4000 && code <= 4999) ? code : 1011;
  if (code === 1006) return { code: mapped, reason: 'The connection to the upstream was lost.' };
  return { code: mapped, reason: redactText(reason) || 'The upstream closed the connection.' };
}

/** A plain word, a small number, or a code as `invalid_request_error.invalid_model`. */
const HARMLESS = [
  /^["'(]?\p{L}{1,24}(?:['’]\p{L}{1,3})?["')]?[.,;:!?]{0,2}$/u,
  /^\d{1,6}[.,;:]?$/,
  /^(?!sk_|ek_)[a-z]{1,24}(?:_[a-z]{1,24}){1,4}(?:\.[a-z]{1,24}(?:_[a-z]{1,24}){0,5})?[.,;:]?$/,
];

/** A text without the words that could be anything: keys, ids, host names, addresses. What follows `Bearer` is one of them. */
function redactText(text: string): string {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const parts = words.map((word, index) => {
    const isSecret = /^bearer$/i.test(words[index - 1] ?? '');
    return !isSecret && HARMLESS.some((pattern) => pattern.test(word)) ? word : HIDDEN;
  });
  return parts.filter((word, index) => word !== HIDDEN || parts[index - 1] !== HIDDEN).join(' ');
}

/** An event without messages that speak of the credential the upstream was shown: it is not the client's. */
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
