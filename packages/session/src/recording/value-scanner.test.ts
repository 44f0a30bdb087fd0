import { describe, expect, it } from 'vitest';
import { createValueScanner } from './value-scanner.ts';

describe('createValueScanner', () => {
  it('[LG6] bounds the buffer of a value that does not close', () => {
    const scanner = createValueScanner({ first: 100, other: 50 });
    scanner.scanLine('{', 1);
    for (let line = 2; scanner.isOpen; line += 1) {
      expect(line).toBeLessThan(30);
      scanner.scanLine('  "a": 1,', line);
    }
    expect(scanner.scanLine('{"b":1}', 40)).toMatchObject([{ value: { b: 1 }, line: 40 }]);
    scanner.scanLine('  {', 41);
    let line = 42;
    for (; scanner.isOpen; line += 1) scanner.scanLine('    "a": 1,', line);
    expect(line).toBeLessThan(48);
  });

  it('[LG3] keeps strings unchanged when it removes commas', () => {
    const [match] = createValueScanner().scanLine('x {"a":", }",  "b":[1 , ], }', 3);
    expect(match).toMatchObject({ value: { a: ', }', b: [1] }, prefix: 'x ', line: 3, isRepaired: true });
  });
});
