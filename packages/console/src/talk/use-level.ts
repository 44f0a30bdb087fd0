// The level of the microphone, for what is redrawn with every piece of sound.

import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Talk } from './talk.ts';

/** Ears judge by ratios: what is more than this below the loudest counts as nothing. */
const RANGE_DB = 50;

/** Calls back with the level, from 0 to 1, whenever it changes. */
export function useLevel({ voice }: Talk, onLevel: (share: number) => void): void {
  useEffect(
    () =>
      effect(() => {
        const decibels = 20 * Math.log10(Math.max(voice.level.value, 1e-6));
        onLevel(Math.max(0, 1 + decibels / RANGE_DB));
      }),
    [voice],
  );
}
