// The laws of reading an SDP offer, on mutations of real ones. `npm run fuzz -- --offers` tries them for longer.

import * as protocol from '@colloquy/protocol';
import { offerLaws } from '@support/offer-laws.mjs';
import { random } from '@support/wire-values.mjs';
import { expect, it } from 'vitest';

const SEED = 424242;
const MUTATED_OFFERS = 20_000;

it(`[WR23, WR24, WR25, WR26] ${MUTATED_OFFERS} mutated offers have one reading or none, and none throws (seed ${SEED})`, () => {
  const laws = offerLaws(protocol);
  const complaints: string[] = [];
  let accepted = 0;
  for (let number = 0; number < MUTATED_OFFERS && complaints.length < 10; number++) {
    const offer = laws.frame(random(Math.imul(number + 1, 0x9e3779b1) ^ SEED));
    if (protocol.readOffer(offer).ok) accepted += 1;
    const complaint = laws.complaint(offer);
    if (complaint) complaints.push(`offer ${number}: ${complaint}\n${offer.slice(0, 2000)}`);
  }
  expect(complaints).toEqual([]);
  // The mutations must leave enough offers acceptable, and break enough.
  expect(accepted / MUTATED_OFFERS).toBeGreaterThan(0.1);
  expect(accepted / MUTATED_OFFERS).toBeLessThan(0.9);
}, 120_000);
