// Order of items, from announcements that may be late, repeated, missing or circular [MI2, MI3].
// Content of items: `mirror-state.ts`.

/** Place of one item. */
export interface Place {
  readonly id: string;
  before: Place;
  after: Place;
  run: Run;
}

/** A run of places that moves as one: an item whose predecessor is unknown, and the items that follow it. */
interface Run {
  first: Place;
  /** Neighbouring runs; absent at the ends. */
  left?: Run | undefined;
  right?: Run | undefined;
  /** The id it must follow. */
  awaits?: string | undefined;
  /** The place is provisional until the item is announced. */
  isProvisional: boolean;
  /** The run it was merged into. */
  joined?: Run;
}

/**
 * A ring of places, divided into runs: first the one that starts at the beginning, then each run whose place is still
 * unknown, in order of arrival. Every change has constant cost.
 */
export interface Order {
  readonly places: Map<string, Place>;
  /** Before the first and after the last place; begins the first run. */
  readonly root: Place;
  lastRun: Run;
  readonly awaiting: Map<string, Set<Run>>;
}

/** Result of a placement. `circle`: the order contradicts itself, so the item stays in place. */
export type Placing = 'placed' | 'moved' | 'kept' | 'circle';

export function createOrder(): Order {
  const root = { id: '' } as Place;
  root.before = root;
  root.after = root;
  root.run = { first: root, isProvisional: false };
  return { places: new Map(), root, lastRun: root.run, awaiting: new Map() };
}

/** An independent copy of the order. */
export function copyOrder(order: Order): Order {
  const copies = new Map<Run, Run>();
  const copy = createOrder();
  const runFor = (run: Run): Run => {
    let copiedRun = copies.get(run);
    if (!copiedRun) copies.set(run, (copiedRun = { ...run }));
    return copiedRun;
  };
  copy.root.run = runFor(runOf(order.root));
  let last = copy.root;
  for (let place = order.root.after; place !== order.root; place = place.after) {
    const next: Place = { id: place.id, before: last, after: copy.root, run: runFor(runOf(place)) };
    last.after = next;
    copy.places.set(next.id, next);
    last = next;
  }
  copy.root.before = last;
  copy.lastRun = runFor(order.lastRun);
  // Each open run is in the map by now, because it holds a place.
  for (const copiedRun of copies.values()) {
    copiedRun.first = copiedRun.first === order.root ? copy.root : (copy.places.get(copiedRun.first.id) as Place);
    copiedRun.left &&= runFor(copiedRun.left);
    copiedRun.right &&= runFor(copiedRun.right);
  }
  for (const [id, runs] of order.awaiting) copy.awaiting.set(id, new Set([...runs].map(runFor)));
  return copy;
}

/** The ids from first to last. */
export function* idsOf({ root }: Order): Generator<string, void> {
  for (let place = root.after; place !== root; place = place.after) yield place.id;
}

/** The id before a placed item, `null` if it is first. */
export function previousOf({ places, root }: Order, id: string): string | null {
  const before = places.get(id)?.before ?? root;
  return before === root ? null : before.id;
}

/**
 * Places an item: first for `null`, after a known id, last for an unknown id until that item arrives, and last if
 * absent. An item that has a place keeps it, unless that is provisional.
 */
export function placeItem(order: Order, id: string, previous: string | null | undefined): Placing {
  const { places, root } = order;
  const existing = places.get(id);
  const before = previous === null ? root : previous === undefined ? root.before : places.get(previous);
  if (existing) {
    const run = runOf(existing);
    if (!run.isProvisional || run.first !== existing) return 'kept';
    run.isProvisional = false;
    if (previous === undefined) return 'kept';
    if (!before) return awaitPrevious(order, run, previous as string);
    return runOf(before) === run ? 'circle' : joinRun(order, run, before);
  }
  const place = { id } as Place;
  places.set(id, place);
  let outcome: Placing = 'placed';
  if (before) {
    place.run = runOf(before);
    link(place, place, before);
  } else {
    openRun(order, place, false);
    outcome = awaitPrevious(order, place.run, previous as string);
  }
  const runs = order.awaiting.get(id);
  order.awaiting.delete(id);
  for (const run of runs ?? []) {
    run.awaits = undefined;
    if (runOf(place) === run) outcome = 'circle';
    else outcome = joinRun(order, run, place);
  }
  return outcome;
}

/** Places an item last until it is announced. Does nothing if it has a place. */
export function placeProvisional(order: Order, id: string): void {
  if (order.places.has(id)) return;
  const place = { id } as Place;
  order.places.set(id, place);
  openRun(order, place, true);
  for (const run of order.awaiting.get(id) ?? []) {
    run.awaits = undefined;
    joinRun(order, run, place);
  }
  order.awaiting.delete(id);
}

/** Removes an item and links its neighbours. */
export function removePlace(order: Order, id: string): void {
  const place = order.places.get(id);
  if (!place) return;
  order.places.delete(id);
  const run = runOf(place);
  if (run.first === place) {
    if (lastOf(order, run) === place) closeRun(order, run);
    else run.first = place.after;
    run.isProvisional = false;
  }
  place.before.after = place.after;
  place.after.before = place.before;
}

function runOf(place: Place): Run {
  let run = place.run;
  while (run.joined) run = run.joined;
  // Path compression, so that long chains of merged runs are walked once.
  for (let each = place.run; each.joined && each.joined !== run; ) {
    const next: Run = each.joined;
    each.joined = run;
    each = next;
  }
  place.run = run;
  return run;
}

const lastOf = (order: Order, run: Run): Place => run.right?.first.before ?? order.root.before;

function link(first: Place, last: Place, before: Place): void {
  last.after = before.after;
  first.before = before;
  before.after.before = last;
  before.after = first;
}

function openRun(order: Order, place: Place, isProvisional: boolean): void {
  const run: Run = { first: place, left: order.lastRun, isProvisional };
  place.run = run;
  order.lastRun.right = run;
  order.lastRun = run;
  link(place, place, order.root.before);
}

/** Removes a run from the list of open runs. */
function closeRun(order: Order, run: Run): void {
  if (run.left) run.left.right = run.right;
  if (run.right) run.right.left = run.left;
  else if (run.left) order.lastRun = run.left;
  const runs = run.awaits === undefined ? undefined : order.awaiting.get(run.awaits);
  if (runs?.delete(run) && runs.size === 0) order.awaiting.delete(run.awaits as string);
}

function awaitPrevious(order: Order, run: Run, previous: string): Placing {
  run.awaits = previous;
  const runs = order.awaiting.get(previous) ?? new Set();
  order.awaiting.set(previous, runs.add(run));
  return 'placed';
}

function joinRun(order: Order, run: Run, before: Place): Placing {
  const { first } = run;
  const last = lastOf(order, run);
  closeRun(order, run);
  run.left = undefined;
  run.right = undefined;
  first.before.after = last.after;
  last.after.before = first.before;
  link(first, last, before);
  run.joined = runOf(before);
  return 'moved';
}
