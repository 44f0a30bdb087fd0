// Ajv with the official schemas as judge of the profile `strict`: the same verdicts on events made from either side and spoilt.

import { readFileSync } from 'node:fs';
import { mutate, random, wireValue } from '@support/wire-values.mjs';
import { describe, expect, it } from 'vitest';
import { EXCEPTIONS } from './exceptions.ts';
import { patchedSchemas, readSchemas, twins, validators } from './official.ts';
import { officialValue } from './official-values.ts';

const SEED = 20265;
const ROUNDS = 400;
const patched = patchedSchemas();
const patchedValidator = validators(patchedSchemas());
const verbatimValidator = validators(readSchemas());
const all = twins(readSchemas());

const copy = (value: unknown) => JSON.parse(JSON.stringify(value));

const ITEMS = readFileSync(new URL('../data/examples.minimal.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
  .filter((row) => row.kind === 'item')
  .map((row) => row.event);

/** What the lenient document was not told of; its repairs are those that recordings needed. */
const NOT_EVEN_LENIENT = ['B9', 'B10 voice', 'uri'];

/** One value in one of four moods: ours or theirs, as made or spoilt. */
function valueFor({ name, node }: (typeof all)[number], i: number, r: ReturnType<typeof random>): unknown {
  const value = i % 2 ? officialValue(patched, patched[name], r) : wireValue(node, r, { extras: i % 4 ? 0 : 0.1 });
  return i % 5 > 1 ? copy(mutate(value, r)) : copy(value);
}

describe(`the official schemas (seed ${SEED})`, () => {
  it('[CD2] all compile, with the edit that B2 needs', () => {
    const names = Object.keys(readSchemas());
    expect(names).toHaveLength(193);
    for (const name of names) expect(verbatimValidator(name), name).toBeTypeOf('function');
  });

  for (const twin of all) {
    it(`[CD2] ${twin.name}: strict gives the same verdicts`, () => {
      const validate = patchedValidator(twin.name);
      const r = random(SEED);
      const verdicts = { accepted: 0, refused: 0 };
      for (let i = 0; i < ROUNDS; i++) {
        const value = valueFor(twin, i, r);
        const isAccepted = validate(value) as boolean;
        const text = `${JSON.stringify(value)} ${JSON.stringify(validate.errors)}`;
        expect(twin.accepts(copy(value)), text).toBe(isAccepted);
        verdicts[isAccepted ? 'accepted' : 'refused']++;
      }
      expect(verdicts.accepted, 'accepted').toBeGreaterThan(ROUNDS / 10);
      expect(verdicts.refused, 'refused').toBeGreaterThan(ROUNDS / 20);
    });
  }

  it.each(EXCEPTIONS.map((exception) => [exception.id, exception.why, exception.witness] as const))(
    'exception %s occurs: %s',
    (id, _, [name, value]) => {
      const twin = all.find((each) => each.name === name);
      if (!twin) throw new Error(`there is no twin ${name}`);
      const isAccepted = twin.accepts(copy(value));
      expect(verbatimValidator(name)(value), 'the document as it is').toBe(!isAccepted);
      expect(validators(patchedSchemas(id))(name)(value), 'without this exception').toBe(!isAccepted);
      expect(patchedValidator(name)(value), 'with this exception').toBe(isAccepted);
    },
  );

  it('[CD10] what a server may say in our types the lenient document accepts, every event of it', () => {
    const schemas = readSchemas('realtime.schemas.lenient.json');
    for (const { id, patch } of EXCEPTIONS) if (NOT_EVEN_LENIENT.includes(id)) patch(schemas);
    const lenient = validators(schemas);
    const r = random(SEED);
    for (const { name, node } of all.filter((twin) => /ServerEvent/.test(twin.name))) {
      for (let i = 0; i < 100; i++) {
        const event = wireValue(node, r) as { item?: unknown; response?: { output?: unknown } };
        // Items of any shape and role are the seed's and the session's business; these are sound.
        if (event.item !== undefined) event.item = r.of(ITEMS);
        if (event.response?.output !== undefined) event.response.output = ITEMS;
        expect(lenient(name)(event), `${JSON.stringify(event)} ${JSON.stringify(lenient(name).errors)}`).toBe(true);
      }
    }
  });

  it('[CD2] strict accepts every minimal instance and the official examples the document itself accepts', () => {
    const rows = ['examples.jsonl', 'examples.minimal.jsonl'].flatMap((file) =>
      readFileSync(new URL(`../data/${file}`, import.meta.url), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
    const judged = rows.filter(
      (row) => row.event && row.valid_by_schema && all.some(({ name }) => name === row.schema),
    );
    expect(judged.length).toBeGreaterThan(120);
    for (const { schema, event } of judged) {
      const twin = all.find(({ name }) => name === schema);
      expect(twin?.accepts(copy(event)), `${schema} ${JSON.stringify(event)}`).toBe(true);
    }
  });
});
