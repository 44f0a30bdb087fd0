// Keyboard shortcuts, registered by each view while it is mounted.

import { signal } from '@preact/signals';
import { useContext, useLayoutEffect, useRef } from 'preact/hooks';
import { PanelName } from '../parts/panel.tsx';

export interface Shortcut {
  /** As `KeyboardEvent.key` has it, without modifiers. `g t` is `g` and then `t`: what leaves the page takes two keys. */
  readonly key: string;
  /** What it does, in few words. */
  readonly label: string;
  readonly run: () => void;
  /** Also while a field is written in. Only for keys that mean nothing there. */
  readonly inFields?: boolean;
  /** When the key is let go: what is held as long as the key is. */
  readonly release?: () => void;
}

export interface ShortcutGroup {
  readonly name: string;
  /** The panel they are of: first there, last elsewhere. */
  readonly panel: string | undefined;
  readonly shortcuts: readonly Shortcut[];
}

/** What is offered now, in the order it came. */
export const offered = signal<readonly ShortcutGroup[]>([]);

/** Offers keys while the component is on the screen. */
export function useShortcuts(name: string, shortcuts: readonly Shortcut[]): void {
  const panel = useContext(PanelName);
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  // Before it is painted: what is seen can be used.
  useLayoutEffect(() => {
    const group: ShortcutGroup = {
      name,
      panel,
      get shortcuts() {
        return latest.current;
      },
    };
    offered.value = [...offered.peek(), group];
    return () => {
      offered.value = offered.peek().filter((each) => each !== group);
    };
  }, [name, panel]);
}

const SLIDER = 'input[type=range]';
const FIELDS = `input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable]`;
/** What means something of its own on these. */
const CLICKED = 'button, a, summary, input';

/** Finds what `event` asks for; `prefix` is `g ` after a `g` that began a sequence. */
function find(event: KeyboardEvent, prefix: string): Shortcut | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const target = event.target instanceof Element ? event.target : undefined;
  const isField = target?.closest(FIELDS) !== null && target !== undefined;
  // Arrows and their like move what is slid.
  if (event.key.length > 1 && target?.closest(SLIDER)) return undefined;
  if ([' ', 'Enter'].includes(event.key) && target?.closest(CLICKED)) return undefined;
  const panel = target?.closest<HTMLElement>('[data-panel]')?.dataset.panel;
  const distance = (group: ShortcutGroup) => (group.panel === undefined ? 1 : group.panel === panel ? 0 : 2);
  // What came last is nearest to the user, within its distance.
  const nearest = [...offered.peek()].reverse().sort((a, b) => distance(a) - distance(b));
  for (const { shortcuts } of nearest) {
    const match = shortcuts.find(({ key, inFields }) => key === prefix + event.key && (!isField || inFields));
    if (match) return match;
  }
  return undefined;
}

/** Whether `event` begins a sequence of keys. */
function isPrefix(event: KeyboardEvent): boolean {
  const isField = event.target instanceof Element && event.target.closest(FIELDS) !== null;
  if (isField || event.ctrlKey || event.metaKey || event.altKey) return false;
  return offered.peek().some(({ shortcuts }) => shortcuts.some(({ key }) => key.startsWith(`${event.key} `)));
}

const MODIFIERS = ['Shift', 'Control', 'Alt', 'Meta', 'CapsLock'];

/** Listens to the whole page; returns what ends it. */
export function listenToKeys(): () => void {
  let held: { key: string; release: () => void } | undefined;
  let prefix = '';
  const down = (event: KeyboardEvent) => {
    if (document.querySelector('dialog[open]') || MODIFIERS.includes(event.key)) return;
    const match = find(event, prefix);
    // A sequence that ends in another key does nothing.
    const isBroken = prefix !== '';
    prefix = !isBroken && !match && isPrefix(event) ? `${event.key} ` : '';
    if (isBroken && !match) event.preventDefault();
    if (!match) return;
    event.preventDefault();
    if (event.repeat && match.release) return;
    if (match.release) held = { key: event.key, release: match.release };
    match.run();
  };
  const up = ({ key }: KeyboardEvent) => {
    if (held?.key !== key) return;
    held.release();
    held = undefined;
  };
  addEventListener('keydown', down);
  addEventListener('keyup', up);
  return () => {
    removeEventListener('keydown', down);
    removeEventListener('keyup', up);
  };
}
