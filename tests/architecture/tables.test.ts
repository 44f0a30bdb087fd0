// No table of ours is looked into by a string that may come from a peer, unless `Object.hasOwn` was asked or it is a map.

import { beforeAll, describe, expect, it } from 'vitest';
import { unguardedLookups } from './tables.ts';

/** Lookups that stay, each with who names the key. */
const TRUSTED: Readonly<Record<string, string>> = {
  'packages/cli/src/config.ts: SETTINGS[name as SettingName]': 'compared with the names of the settings before',
  'packages/cli/src/config.ts: env[setting.env]': 'a name of our own list',
  'packages/cli/src/endpoints.ts: env[own]': 'made of the name of a stage',
  'packages/protocol/src/beta/beta-server-events.ts: maps[event.type as Mapped]':
    'BETA_NAMES has it, and says that maps has it',
  'packages/protocol/src/schema/check.ts: node.fields[name]': 'enumerates the fields of the schema',
  'packages/protocol/src/schema/json-schema.ts: node.of[tag]': 'enumerates the tags of the schema',
  'packages/server/src/speech/http/cascade-config.ts: env[key_env]': "the operator's name of a variable",
  'packages/server/src/audio/convert.ts: TO_G711[type]': 'a format that the codec has checked',
  'packages/server/src/tools/guarded-fetch.ts: headers[name]': 'a name of our own list',
  'packages/session/src/recording/recording-shape.ts: CHECKS[kind]': 'what our own table of fields says',
  'packages/server/src/tools/mcp-access.ts: env[variable]': "the operator's name of a variable",
};

const COMPILING_MS = 240_000;

describe('[CD15] lookups in plain objects', () => {
  let match: string[] = [];
  beforeAll(() => {
    match = unguardedLookups();
  }, COMPILING_MS);

  it('[CD15] are guarded in every package, or their key is one of ours', () => {
    expect(match.filter((lookup) => !Object.hasOwn(TRUSTED, lookup))).toEqual([]);
    expect(Object.keys(TRUSTED).filter((lookup) => !match.includes(lookup))).toEqual([]);
  });

  it(
    '[CD15] are found by this test where they are, and only there',
    () => {
      const source = `
        const TABLE: Record<string, () => void> = { a() {} };
        const BARE: Record<string, number> = Object.create(null);
        const NAMES = { a: 1 } as const;
        const HANDLERS = { a() {}, b() {} };
        export function wrong(key: string, kind: 'a' | 'b') {
          TABLE[key]?.();
          TABLE[\`\${key}!\`]?.();
          NAMES[key as 'a'];
          HANDLERS[kind]();
          return key in NAMES;
        }
        export function right(key: string, kind: 'a', parsed: Record<string, unknown>, list: string[]) {
          TABLE[key] = () => {};
          BARE[key];
          NAMES[kind];
          list[list.length - 1];
          parsed[key];
          return Object.hasOwn(TABLE, key) ? TABLE[key] : new Map([['a', 1]]).get(key);
        }
        const guarded = (key: string) => Object.hasOwn(NAMES, key) && [1].map(() => NAMES[key as 'a']);
        export { guarded };
      `;
      const path = 'tests/architecture/invented.ts';
      expect(unguardedLookups(new Map([[path, source]]))).toEqual([
        `${path}: TABLE[key]`,
        `${path}: TABLE[\`\${key}!\`]`,
        `${path}: NAMES[key as 'a']`,
        `${path}: HANDLERS[kind]`,
        `${path}: key in NAMES`,
      ]);
    },
    COMPILING_MS,
  );
});
