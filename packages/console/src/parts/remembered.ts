// Values that this browser keeps: widths, panels, theme. Never content of sessions.

import { effect, type Signal, signal } from '@preact/signals';

const PREFIX = 'colloquy.';

/** A signal that survives a reload. `isValid` says of a stored value whether it still makes sense. */
export function remembered<T>(name: string, initial: T, isValid: (value: unknown) => boolean): Signal<T> {
  const stored = read(name);
  const value = signal<T>(isValid(stored) ? (stored as T) : initial);
  effect(() => {
    write(name, value.value);
  });
  return value;
}

function read(name: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? 'null');
  } catch {
    // Forbidden, as in some private windows, or no JSON.
    return undefined;
  }
}

function write(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Kept until the page is closed, then.
  }
}
