// Immutable hash table from ids to values: plain data, constant cost per change.
//
// Clients may choose ids, so ids are never object keys. An id is hashed into one of 32 × 32 buckets; a change copies
// only the path to its bucket. The salt keeps a client from filling one bucket on purpose.

type Bucket<V> = readonly (readonly [id: string, value: V])[];
type Shelf<V> = readonly (Bucket<V> | null)[];

export interface HashTable<V> {
  readonly salt: number;
  readonly shelves: readonly (Shelf<V> | null)[];
}

const FAN_OUT = 32;
const NOTHING = Object.freeze(new Array<null>(FAN_OUT).fill(null));

/** An empty table. `salt` is any unsigned 32-bit integer. */
export function emptyTable<V>(salt: number): HashTable<V> {
  return { salt, shelves: NOTHING };
}

export function tableGet<V>({ salt, shelves }: HashTable<V>, id: string): V | undefined {
  const place = hash(salt, id);
  const bucket = shelves[place >>> 5]?.[place & 31];
  if (!bucket) return undefined;
  for (const entry of bucket) if (entry[0] === id) return entry[1];
  return undefined;
}

/** The table with `id` set to `value`. */
export function tableSet<V>(table: HashTable<V>, id: string, value: V): HashTable<V> {
  return change(table, id, [id, value]);
}

/** The table without `id`. */
export function tableDelete<V>(table: HashTable<V>, id: string): HashTable<V> {
  return change(table, id, null);
}

function change<V>(table: HashTable<V>, id: string, entry: readonly [string, V] | null): HashTable<V> {
  const place = hash(table.salt, id);
  const shelf = table.shelves[place >>> 5] ?? NOTHING;
  const bucket = shelf[place & 31] ?? [];
  const at = bucket.findIndex(([known]) => known === id);
  if (at < 0 && !entry) return table;
  const changed = at < 0 ? [...bucket, entry!] : entry ? bucket.with(at, entry) : bucket.toSpliced(at, 1);
  const newShelf = shelf.with(place & 31, changed.length > 0 ? changed : null);
  return { salt: table.salt, shelves: table.shelves.with(place >>> 5, newShelf) };
}

/** FNV-1a over UTF-16 code units with a final mix; 0 to 1023. */
function hash(salt: number, id: string): number {
  let h = salt ^ 0x811c9dc5;
  for (let i = 0; i < id.length; i++) h = Math.imul(h ^ id.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) & 1023;
}
