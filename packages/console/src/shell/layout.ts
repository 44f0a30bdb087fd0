// The layout by the width of the window: wide, medium or narrow.

import { computed, type ReadonlySignal, signal } from '@preact/signals';

/** `wide` has three columns, `medium` two, `narrow` one. */
export type Layout = 'wide' | 'medium' | 'narrow';

const isWide = matching('(min-width: 1200px)');
const isMedium = matching('(min-width: 800px)');

export const layout: ReadonlySignal<Layout> = computed(() =>
  isWide.value ? 'wide' : isMedium.value ? 'medium' : 'narrow',
);

function matching(query: string): ReadonlySignal<boolean> {
  const media = matchMedia(query);
  const matches = signal(media.matches);
  media.addEventListener('change', () => {
    matches.value = media.matches;
  });
  return matches;
}
