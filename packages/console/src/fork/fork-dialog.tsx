// What is to be forked, if anything: the page has one dialog, whose form is loaded when it opens.

import { type Signal, signal } from '@preact/signals';
import type { AppState } from '../app-state.ts';
import { lazy } from '../parts/lazy.tsx';
import type { LogSource } from '../route.ts';
import type { ForkPoint } from './fork-point.ts';

const ForkForm = lazy(() => import('./fork-form.tsx').then(({ ForkForm }) => ForkForm));

const open: Signal<{ readonly point: ForkPoint; readonly source: LogSource } | undefined> = signal(undefined);

export function askFork(point: ForkPoint, source: LogSource): void {
  open.value = { point, source };
}

export function ForkDialog({ app }: { app: AppState }) {
  const fork = open.value;
  const close = () => {
    open.value = undefined;
  };
  return fork ? <ForkForm {...{ app, close, ...fork }} /> : null;
}
