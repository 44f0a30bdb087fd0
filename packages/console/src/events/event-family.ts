// The family of a line: what it is about. Sets its colour, and can be filtered by.

import type { LogRow } from '../log/log-row.ts';

export type EventFamily = 'session' | 'input' | 'item' | 'response' | 'tool' | 'error' | 'internal' | 'other';

/** In this order: the first that matches. */
const PATTERNS: readonly (readonly [RegExp, EventFamily])[] = [
  [/^error$|\.failed$/, 'error'],
  [/^mcp_list_tools\.|^response\.(?:mcp_call|function_call)/, 'tool'],
  [/^(?:session|rate_limits|transcription_session)\.|^conversation\.created$/, 'session'],
  [/^input_audio_buffer\./, 'input'],
  [/^conversation\./, 'item'],
  [/^response\.|^output_audio_buffer\./, 'response'],
];

const INTERNAL: ReadonlySet<LogRow['from']> = new Set([
  'engine',
  'speech',
  'tools',
  'media',
  'playback',
  'host',
  'clock',
  'snapshot',
  'header',
]);

/** Whether a line did not pass between client and server: inputs of the session, snapshots, the header of a recording. */
export const isInternal = ({ from }: LogRow): boolean => INTERNAL.has(from);

export function familyOf(row: LogRow): EventFamily {
  if (isInternal(row)) return 'internal';
  return PATTERNS.find(([pattern]) => pattern.test(row.type))?.[1] ?? 'other';
}
