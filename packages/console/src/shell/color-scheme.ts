// The reader's colour scheme, for canvases, which do not follow it.

import { type ReadonlySignal, signal } from '@preact/signals';

const wantsDark = matchMedia('(prefers-color-scheme: dark)');
const current = signal<'light' | 'dark'>(wantsDark.matches ? 'dark' : 'light');
wantsDark.addEventListener('change', ({ matches }) => {
  current.value = matches ? 'dark' : 'light';
});

export const colorScheme: ReadonlySignal<'light' | 'dark'> = current;
