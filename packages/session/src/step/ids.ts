// Ids: unguessable to a peer, the same again from the same seed. The generator is sfc32, its state four numbers of plain data.

/** The generator's state: four unsigned 32-bit integers. */
export type IdSeed = readonly [number, number, number, number];

/** What an id may begin with, by the kind of thing it names. */
export type IdPrefix = 'sess' | 'conv' | 'event' | 'item' | 'resp' | 'call' | 'mcpl' | 'mcp' | 'mcpr' | 'mcpa';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHARACTERS = 21;
const CALL_CHARACTERS = 16;
/** Four characters are cut from one draw; the bias of 2^32 against 62^4 is below one in 290. */
const PER_DRAW = 4;
const SPAN = 62 ** PER_DRAW;
/** sfc32 needs a few draws before a hand-written seed has mixed. */
const DISCARDED = 12;

/** Makes a seed ready for use. */
export function mixSeed(seed: IdSeed): IdSeed {
  let mixed = seed.map((part) => part >>> 0) as unknown as IdSeed;
  // An id takes six draws.
  for (let drawn = 0; drawn < DISCARDED; drawn += Math.ceil(CHARACTERS / PER_DRAW)) mixed = mintId(mixed, 'event')[1];
  return mixed;
}

/** An id, and the seed of the next: `prefix_` and 21 characters of base 62, 16 for a call (wire.md 0.1). */
export function mintId(seed: IdSeed, prefix: IdPrefix): [id: string, next: IdSeed] {
  let [a, b, c, counter] = seed;
  let id = `${prefix}_`;
  for (let left = prefix === 'call' ? CALL_CHARACTERS : CHARACTERS; left > 0; ) {
    // One draw of sfc32, written out: every frame costs six of them.
    const drawn = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + drawn) | 0;
    let rest = Math.floor(((drawn >>> 0) / 2 ** 32) * SPAN);
    for (let i = 0; i < PER_DRAW && left > 0; i++, left--) {
      id += ALPHABET[rest % 62];
      rest = Math.floor(rest / 62);
    }
  }
  return [id, [a >>> 0, b >>> 0, c >>> 0, counter >>> 0]];
}
