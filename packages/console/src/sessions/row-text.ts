// Numbers of a session as they stand in a table.

import type { ConversationSummary } from '@colloquy/session';

const pad = (number: number) => String(number).padStart(2, '0');

/** `41 s`, `3:07`, `1:02:03`; empty if it is not known. */
export function lengthText(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return '';
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = pad(seconds % 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** `0.64 s`; empty without audio. */
export const latencyText = (ms: number | null | undefined): string =>
  typeof ms === 'number' ? `${(ms / 1000).toFixed(2)} s` : '';

/** `$0.0071`, or with its currency where it is another. */
export function costText(cost: ConversationSummary['cost'] | undefined): string {
  if (!cost) return '';
  const amount = cost.amount >= 1 ? cost.amount.toFixed(2) : cost.amount.toFixed(4);
  return cost.currency === 'USD' ? `$${amount}` : `${amount} ${cost.currency}`;
}

/** How the cost was computed, where that is not plain. */
export function costNote(cost: ConversationSummary['cost'] | undefined): string {
  if (!cost) return '';
  const asIf = cost.as_if === null ? '' : `as if ${cost.as_if}: the engine has no price`;
  const unpriced = cost.unpriced === 0 ? '' : `${cost.unpriced} responses have no price`;
  return [asIf, unpriced].filter(Boolean).join('; ');
}

export const sizeText = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

/** What a recording leaves out, by the kinds of secrets that were redacted. */
export function hiddenText(hidden: readonly string[]): string {
  if (hidden.includes('words')) return 'without text and audio';
  return hidden.includes('media') ? 'without audio and images' : 'with audio';
}
