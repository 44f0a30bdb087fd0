// The public names of the packages, against the list that is checked in.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LISTING, publicNames } from '../../scripts/public-names.mjs';

const UPDATE = 'a public name came or went: `node scripts/public-names.mjs --write`, and a line in the changeset';

it('the public names of protocol, session and server are those of public-names.txt', { tags: 'long' }, () => {
  expect(publicNames(), UPDATE).toBe(readFileSync(LISTING, 'utf8'));
});
