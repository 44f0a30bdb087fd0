// The order of items, read off announcements that may come late, twice, never or in a circle [MI2, MI3].
// What the items hold is `mirror-state.ts`.

/** Where one item stands. */
export interface Place {
  readonly id: string;
  before: Place;
  after: Place;
  run: Run;
}

/** A stretch of places that moves as one: it begins with an item whose predecessor is not known yet, and holds what follows it. */
interface Run {
  first: Place;
  /** The runs beside it; absent at the ends. */
  left?: Run | undefined;
  right?: Run | undefined;
  /** The id it must stand after. */
  awaits?: string | undefined;
  /** Its place was a guess, until the item is announced. */
  isGuess: boolean;
  /** The run it became a part of. */
  joined?: Run;
}

/**
 * A ring of places, cut into runs: first what hangs together from the beginning, then each run whose place is still open, in
 * the order of arrival. Every change costs the same at any length.
 */
export interface Order {
  readonly places: Map<string, Place>;
  /** Stands before the first and after the last place, and begins the first run. */
  readonly root: Place;
  lastRun: Run;
  readonly awaiting: Map<string, Set<Run>>;
}

/** What became of a placing. `circle`: the order contradicts itself, so the item stays where it is. */
export type Placing = 'placed' | 'moved' | 'kept' | 'circle';

export function createOrder(): Order {
  const root = { id: '' } as Place;
  root.before = root;
  root.after = root;
  root.run = { first: root, isGuess: false };
  return { places: new Map(), root, lastRun: root.run, awaiting: new Map() };
}

/** The same order once more: neither sees what becomes of the other. */
export function copyOrder(order: Order): Order {
  const copied = new Map<Run, Run>();
  const copy = createOrder();
  const runFor = (run: Run): Run => {
    let own = copied.get(run);
    if (!own) copied.set(run, (own = { ...run }));
    return own;
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
  // Each run that is still open is known by now: it holds a place.
  for (const own of copied.values()) {
    own.first = own.first === order.root ? copy.root : (copy.places.get(own.first.id) as Place);
    own.left &&= runFor(own.left);
    own.right &&= runFor(own.right);
  }
  for (const [id, runs] of order.awaiting) copy.awaiting.set(id, new Set([...runs].map(runFor)));
  return copy;
}

/** The ids from first to last. */
export function* idsOf({ root }: Order): Generator<string, void> {
  for (let place = root.after; place !== root; place = place.after) yield place.id;
}

/** The id before a placed item, `null` when it is first. */
export function previousOf({ places, root }: Order, id: string): string | null {
  const before = places.get(id)?.before ?? root;
  return before === root ? null : before.id;
}

/**
 * Gives an item its place: `null` is first, a known id right after it, an unknown one last until that item arrives, absent is
 * last. An item that has its place keeps it, unless that was a guess.
 */
export function placeItem(order: Order, id: string, previous: string | null | undefined): Placing {
  const { places, root } = order;
  const held = places.get(id);
  const before = previous === null ? root : previous === undefined ? root.before : places.get(previous);
  if (held) {
    const run = runOf(held);
    if (!run.isGuess || run.first !== held) return 'kept';
    run.isGuess = false;
    if (previous === undefined) return 'kept';
    if (!before) return wait(order, run, previous as string);
    return runOf(before) === run ? 'circle' : join(order, run, before);
  }
  const place = { id } as Place;
  places.set(id, place);
  let outcome: Placing = 'placed';
  if (before) {
    place.run = runOf(before);
    link(place, place, before);
  } else {
    openRun(order, place, false);
    outcome = wait(order, place.run, previous as string);
  }
  const runs = order.awaiting.get(id);
  order.awaiting.delete(id);
  for (const run of runs ?? []) {
    run.awaits = undefined;
    if (runOf(place) === run) outcome = 'circle';
    else outcome = join(order, run, place);
  }
  return outcome;
}

/** Puts an item last until it is announced. Does nothing when it has a place. */
export function guessPlace(order: Order, id: string): void {
  if (order.places.has(id)) return;
  const place = { id } as Place;
  order.places.set(id, place);
  openRun(order, place, true);
  for (const run of order.awaiting.get(id) ?? []) {
    run.awaits = undefined;
    join(order, run, place);
  }
  order.awaiting.delete(id);
}

/** Whether an item stands where it stands for want of better knowledge. */
export function isGuessed(order: Order, id: string): boolean {
  const place = order.places.get(id);
  return place !== undefined && runOf(place).isGuess && runOf(place).first === place;
}

/** Takes an item out; what stood after it closes the gap. */
export function removePlace(order: Order, id: string): void {
  const place = order.places.get(id);
  if (!place) return;
  order.places.delete(id);
  const run = runOf(place);
  if (run.first === place) {
    if (lastOf(order, run) === place) closeRun(order, run);
    else run.first = place.after;
    run.isGuess = false;
  }
  place.before.after = place.after;
  place.after.before = place.before;
}

function runOf(place: Place): Run {
  let run = place.run;
  while (run.joined) run = run.joined;
  // Remembered along the way, so that long chains of joined runs are walked once.
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

function openRun(order: Order, place: Place, isGuess: boolean): void {
  const run: Run = { first: place, left: order.lastRun, isGuess };
  place.run = run;
  order.lastRun.right = run;
  order.lastRun = run;
  link(place, place, order.root.before);
}

/** Takes a run off the row of open ones. */
function closeRun(order: Order, run: Run): void {
  if (run.left) run.left.right = run.right;
  if (run.right) run.right.left = run.left;
  else if (run.left) order.lastRun = run.left;
  const runs = run.awaits === undefined ? undefined : order.awaiting.get(run.awaits);
  if (runs?.delete(run) && runs.size === 0) order.awaiting.delete(run.awaits as string);
}

function wait(order: Order, run: Run, previous: string): Placing {
  run.awaits = previous;
  const runs = order.awaiting.get(previous) ?? new Set();
  order.awaiting.set(previous, runs.add(run));
  return 'placed';
}

function join(order: Order, run: Run, before: Place): Placing {
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
