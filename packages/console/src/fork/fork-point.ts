// Where a new session can go on from a log: the shown moment of a recording of this server, or the present of a live session.

import type { ForkTicket } from '@colloquy/session';
import { countOf, type Viewing } from '../sources/viewing.ts';

export interface ForkPoint {
  /** Below `/api`. */
  readonly path: string;
  /** Line of the recording. */
  readonly at?: number;
  readonly instructions: string;
  readonly tools: readonly unknown[];
}

/** `undefined` for a log whose state the server does not have. */
export function forkPointOf(viewing: Viewing): ForkPoint | undefined {
  const { source, log, upTo, status } = viewing;
  if (!log.header?.seed) return undefined;
  const count = countOf(viewing);
  const session = log.mirrorAt(count).session;
  const instructions = session && 'instructions' in session ? (session.instructions ?? '') : '';
  const tools = session && 'tools' in session && Array.isArray(session.tools) ? session.tools : [];
  if (source.kind === 'session') {
    const isPresent = upTo.value === undefined && status.value.state === 'live';
    return isPresent ? { path: `sessions/${encodeURIComponent(source.id)}`, instructions, tools } : undefined;
  }
  // The header is line 1 of the file.
  const at = log.rows[count - 1]?.line ?? 1;
  return source.kind === 'recording'
    ? { path: `recordings/${encodeURIComponent(source.name)}`, at, instructions, tools }
    : undefined;
}

/** What the page plays and records. */
const FORMAT = { type: 'audio/pcm', rate: 24_000 };

export interface ForkChoice {
  readonly instructions: string;
  /** Empty leaves it as it is. */
  readonly voice: string;
  readonly model: string;
  /** With their credentials; absent if they are those of the original. */
  readonly tools?: readonly unknown[] | undefined;
}

/** Body of the request: the settings that change. */
export function forkRequestOf({ at, instructions }: ForkPoint, choice: ForkChoice) {
  const output = { format: FORMAT, ...(choice.voice !== '' && { voice: choice.voice }) };
  return {
    ...(at !== undefined && { at }),
    session: {
      ...(choice.instructions !== instructions && { instructions: choice.instructions }),
      ...(choice.model !== '' && { model: choice.model }),
      ...(choice.tools && { tools: choice.tools }),
      audio: { input: { format: FORMAT }, output },
    },
  };
}

/** The subprotocols that open the session of a fork. */
export const protocolsOf = ({ value }: ForkTicket) =>
  ({ ok: true, value: ['realtime', `openai-insecure-api-key.${value}`] }) as const;
