import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { readScenario } from '../engines/read-scenario.ts';
import { publishedSchemas } from './published-schemas.ts';

const read = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8'));

describe('published schemas', () => {
  it.each(Object.entries(publishedSchemas()))('%s is current: node scripts/write-schemas.mjs', (path, schema) => {
    expect(read(path)).toEqual(schema);
  });

  it('accept and reject the same scenarios as the reader', () => {
    const validate = new Ajv2020({ strict: false }).compile(publishedSchemas()['docs/scenario.schema.json'] as object);
    const rows: [unknown, boolean][] = [
      [{ scenario: 1, turns: [{ when: { text: 'hi' }, reply: [{ say: 'Hello.', delay_ms: 5 }] }] }, true],
      [{ scenario: 1, turns: [{ reply: [{ call: 'f', arguments: { a: 1 } }], times: 2 }] }, true],
      [{ scenario: 1 }, false],
      [{ scenario: 1, turns: [{ reply: [{ say: 1 }] }] }, false],
      [{ scenario: 1, turns: [{ reply: [], wenn: {} }] }, false],
    ];
    for (const [value, ok] of rows) {
      expect(validate(value)).toBe(ok);
      const reading = () => readScenario(JSON.stringify(value));
      if (ok) expect(reading).not.toThrow();
      else expect(reading).toThrow();
    }
  });
});
