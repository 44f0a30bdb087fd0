// How far a part is played now: as a clip of a log, or as the answer of the page's session.

import { useComputed } from '@preact/signals';
import { playingClip } from '../audio/clip-player.ts';
import type { Viewing } from '../sources/viewing.ts';

export interface PlayedMs {
  /** Names the part for the player. */
  readonly key: string;
  readonly playedMs: number | undefined;
  readonly spokenMs: number | undefined;
}

export function usePlayedMs(viewing: Viewing, itemId: string, contentIndex: number): PlayedMs {
  const key = `${contentIndex} ${itemId}`;
  // Computed, so that a part is drawn anew for itself alone.
  const playedMs = useComputed(() => msOf(playingClip.value, key)).value;
  const spokenMs = useComputed(() => msOf(viewing.speaking?.value, key)).value;
  return { key, playedMs, spokenMs };
}

const msOf = (now: { readonly key: string; readonly ms: number } | undefined, key: string) =>
  now?.key === key ? now.ms : undefined;
