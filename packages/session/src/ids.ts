// Ids: unguessable to a peer, the same again from the same seed. The generator is sfc32, its state four numbers of plain data.

/** The generator's state: four unsigned 32-bit integers. */
export type IdSeed = readonly [number, number, number, number];

/** What an id may begin with, by the kind of thing it names. */
export type IdPrefix = 'sess' | 'conv' | 'event' | 'item' | 'resp' | 'call' | 'mcpa';

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
  for (let i = 0; i < DISCARDED; i++) mixed = draw(mixed)[1];
  return mixed;
}

/** An id, and the seed of the next: `prefix_` and 21 characters of base 62, 16 for a call (wire.md 0.1). */
export function mintId(seed: IdSeed, prefix: IdPrefix): [id: string, next: IdSeed] {
  let left = prefix === 'call' ? CALL_CHARACTERS : CHARACTERS;
  let id = `${prefix}_`;
  let next = seed;
  while (left > 0) {
    const [drawn, following] = draw(next);
    next = following;
    let rest = Math.floor((drawn / 2 ** 32) * SPAN);
    for (let i = 0; i < PER_DRAW && left > 0; i++, left--) {
      id += ALPHABET[rest % 62];
      rest = Math.floor(rest / 62);
    }
  }
  return [id, next];
}

/** One draw: an unsigned 32-bit integer, and the state after it. */
function draw([a, b, c, counter]: IdSeed): [number, IdSeed] {
  const sum = (a + b + counter) | 0;
  const turned = (c << 21) | (c >>> 11);
  const next: IdSeed = [(b ^ (b >>> 9)) >>> 0, (c + (c << 3)) >>> 0, (turned + sum) >>> 0, (counter + 1) >>> 0];
  return [sum >>> 0, next];
}
