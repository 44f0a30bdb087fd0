// Keeps the address and the log that is shown together: the moment, and what is selected.

import { effect, type ReadonlySignal } from '@preact/signals';
import { addressOf, type Place, readPlace } from './route.ts';
import type { Viewing } from './sources/viewing.ts';

/** Shows what an address names: once, when its log has come so far. After that the user goes where they want. */
export function followAddress(place: ReadonlySignal<Place>, current: ReadonlySignal<Viewing | undefined>): void {
  let followed: Place | undefined;
  effect(() => {
    const at = place.value;
    const there = current.value;
    if (!there || at.view !== 'log' || at === followed) return;
    if (at.line === undefined && !at.selection) return;
    void there.log.version.value;
    const index = at.line === undefined ? undefined : there.log.indexOfLine(at.line);
    if (index !== undefined && there.log.rows[index]?.line !== at.line) return;
    if (at.selection?.kind === 'row' && !there.log.rows[at.selection.index]) return;
    followed = at;
    if (index !== undefined && (at.tab === 'conversation' || at.selection)) there.upTo.value = index + 1;
    else if (index !== undefined) there.selection.value = { kind: 'row', index };
    if (at.selection) there.selection.value = at.selection;
  });
}

type LogPlace = Extract<Place, { view: 'log' }>;

/** A place without the moment and the selection. */
function unmarked({ line: _, selection: __, ...rest }: LogPlace): LogPlace {
  return rest;
}

const withoutMarks = (place: Place): string => addressOf(place.view === 'log' ? unmarked(place) : place);

/** As long as the moment changes all the time, as when the log is played, the address waits. */
const WAIT_MS = 150;

/** Writes both into the address as they change, without an entry in the history. */
export function writeAddress(place: ReadonlySignal<Place>, current: ReadonlySignal<Viewing | undefined>): void {
  let isWritten = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const at = place.value;
    const there = current.value;
    const count = there?.upTo.value;
    const selection = there?.selection.value;
    clearTimeout(timer);
    if (at.view !== 'log' || !there || (count === undefined && !selection && !isWritten)) return;
    timer = setTimeout(() => {
      // The user went elsewhere, and the page has not heard of it yet: that address is not ours to replace.
      if (withoutMarks(readPlace(location.hash)) !== withoutMarks(at)) return;
      const line = count === undefined ? undefined : there.log.rows[count - 1]?.line;
      isWritten = line !== undefined || selection !== undefined;
      const marked = { ...unmarked(at), ...(line !== undefined && { line }), ...(selection && { selection }) };
      history.replaceState(null, '', addressOf(marked));
    }, WAIT_MS);
  });
}
