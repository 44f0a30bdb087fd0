// Mints ids: unguessable to a peer, reproducible from a seed. The generator is sfc32; its state is four numbers.

/** State of the generator: four unsigned 32-bit integers. */
export type IdSeed = readonly [number, number, number, number];

/** Id prefixes, one for each kind of object. */
export type IdPrefix = 'sess' | 'conv' | 'event' | 'item' | 'resp' | 'call' | 'mcpl' | 'mcp' | 'mcpr' | 'mcpa';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 21;
const CALL_ID_LENGTH = 16;
/** One draw yields four characters; the bias of 2^32 against 62^4 is below one in 290. */
const CHARACTERS_PER_DRAW = 4;
const SPAN = 62 ** CHARACTERS_PER_DRAW;
/** sfc32 needs a few draws to mix a hand-written seed. */
const MIN_WARM_UP_DRAWS = 12;

/** Prepares a seed for use. */
export function mixSeed(seed: IdSeed): IdSeed {
  let mixed = seed.map((part) => part >>> 0) as unknown as IdSeed;
  // An id takes six draws.
  for (let drawn = 0; drawn < MIN_WARM_UP_DRAWS; drawn += Math.ceil(ID_LENGTH / CHARACTERS_PER_DRAW))
    mixed = mintId(mixed, 'event')[1];
  return mixed;
}

/** An id and the next seed: `prefix_` and 21 characters of base 62, 16 for a call (wire.md 0.1). */
export function mintId(seed: IdSeed, prefix: IdPrefix): [id: string, next: IdSeed] {
  let [a, b, c, counter] = seed;
  let id = `${prefix}_`;
  for (let left = prefix === 'call' ? CALL_ID_LENGTH : ID_LENGTH; left > 0; ) {
    // One draw of sfc32, inlined: each event costs six draws.
    const drawn = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + drawn) | 0;
    let rest = Math.floor(((drawn >>> 0) / 2 ** 32) * SPAN);
    for (let i = 0; i < CHARACTERS_PER_DRAW && left > 0; i++, left--) {
      id += ALPHABET[rest % 62];
      rest = Math.floor(rest / 62);
    }
  }
  return [id, [a >>> 0, b >>> 0, c >>> 0, counter >>> 0]];
}
