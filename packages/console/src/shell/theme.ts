// The theme: that of the system, or the one the user chose. Canvases read `colorScheme`, as they do not follow it.

import { computed, effect, signal } from '@preact/signals';
import { remembered } from '../parts/remembered.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const theme = remembered<Theme>('theme', 'system', (value) => THEMES.includes(value as Theme));

const wantsDark = matchMedia('(prefers-color-scheme: dark)');
const system = signal<'light' | 'dark'>(wantsDark.matches ? 'dark' : 'light');
wantsDark.addEventListener('change', ({ matches }) => {
  system.value = matches ? 'dark' : 'light';
});

export const colorScheme = computed(() => (theme.value === 'system' ? system.value : theme.value));

effect(() => {
  const { dataset } = document.documentElement;
  if (theme.value === 'system') delete dataset.theme;
  else dataset.theme = theme.value;
});
