// Settings: precedence, and what each error names.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArguments } from './command.ts';
import { readConfigFile, readKeys, readSettings, SETTING_FLAGS, SETTINGS } from './config.ts';
import { SETTING_GROUPS, SETTINGS_HELP } from './settings-help.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'colloquy-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const file = join(folder, 'colloquy.json');
  writeFileSync(file, text);
  return file;
}

describe('readSettings', () => {
  it('takes a flag before the environment, and that before the file', () => {
    const file = fileOf('{"port": 1, "host": "::1", "pace": 1, "tls": true}');
    const env = { COLLOQUY_PORT: '2', COLLOQUY_HOST: 'localhost' };
    expect(readSettings({ port: '3' }, env, file)).toEqual({ port: 3, host: 'localhost', pace: 1, tls: true });
  });

  it('lets a flag switch off what the file switches on', () => {
    expect(readSettings({ tls: false }, {}, fileOf('{"tls": true}'))).toEqual({ tls: false });
  });

  it('leaves out what was set nowhere, an empty variable included', () => {
    expect(readSettings({}, { COLLOQUY_PORT: '' }, undefined)).toEqual({});
  });

  it('splits lists at commas', () => {
    expect(readSettings({ hosts: 'a.test, b.test,' }, {}, undefined)).toEqual({ hosts: ['a.test', 'b.test'] });
  });

  it.each([
    [{ port: '70000' }, {}, '--port must be a whole number from 0 to 65535'],
    [{ port: '8e3' }, {}, '--port must be a whole number from 0 to 65535'],
    [{ pace: '' }, {}, '--pace must be a whole number from 0 to 60000'],
    [{ engine: ', ' }, {}, '--engine must be names of engines, comma-separated'],
    [{}, { COLLOQUY_PORT: '-1' }, 'COLLOQUY_PORT must be a whole number from 0 to 65535'],
    [{}, { COLLOQUY_TLS: 'yes' }, 'COLLOQUY_TLS must be true or false'],
    [{}, { COLLOQUY_LOG_LEVEL: 'loud' }, 'COLLOQUY_LOG_LEVEL must be one of silent, error, warn, info, debug'],
  ])('refuses %j with %j', (flags, env, message) => {
    expect(() => readSettings(flags, env, undefined)).toThrow(message);
  });
});

describe('readConfigFile', () => {
  it.each([
    ['{"prot": 1}', "'prot' is not a setting; known keys: port, host"],
    ['{"api_keys": ["sk-secret"]}', "'api_keys' is not a setting; keys are read from COLLOQUY_API_KEYS only"],
    ['{"__proto__": {"port": 1}}', "'__proto__' is not a setting"],
    ['{"port": "9000"}', "'port' must be a whole number from 0 to 65535"],
    ['{"port": 1.5}', "'port' must be a whole number from 0 to 65535"],
    ['{"host": ""}', "'host' must be a non-empty text"],
    ['{"origins": "http://a.test"}', "'origins' must be a list of texts"],
    ['{"tls": 1}', "'tls' must be true or false"],
    ['[]', 'must hold one JSON object'],
    ['', 'is not JSON: look at line 1, column 1'],
    ['{\n  "port": 1,\n}', 'is not JSON: look at line 3, column 1'],
  ])('refuses %j and names the file and the key', (text, message) => {
    const file = fileOf(text);
    expect(() => readConfigFile(file)).toThrow(message);
    expect(() => readConfigFile(file)).toThrow(file);
  });

  it('does not quote what is in the file', () => {
    for (const text of ['{"port": sk-secret}', '{"port": "sk-secret"}', '{"port": 1} sk-secret']) {
      const file = fileOf(text);
      expect(() => readConfigFile(file)).toThrow(/^(?![\s\S]*sk-secret)/);
    }
  });

  it('names a file that is not there', () => {
    expect(() => readConfigFile(join(folder, 'gone.json'))).toThrow(/gone\.json cannot be read: it does not exist/);
  });

  it('reads a file that begins with a byte order mark', () => {
    expect(readConfigFile(fileOf('\ufeff{"port": 1}'))).toEqual({ port: 1 });
  });
});

describe('readKeys', () => {
  it('splits at commas; unset is none', () => {
    expect(readKeys({ COLLOQUY_API_KEYS: ' sk-a ,sk-b,' })).toEqual(['sk-a', 'sk-b']);
    expect(readKeys({})).toEqual([]);
  });

  it('refuses a variable that is set and holds no key: it would open the server to everyone', () => {
    expect(() => readKeys({ COLLOQUY_API_KEYS: ' , ' })).toThrow('COLLOQUY_API_KEYS is set but contains no key');
  });
});

it('the help names every flag and every variable', () => {
  for (const [name, { env }] of Object.entries(SETTINGS)) {
    expect(SETTINGS_HELP).toContain(`--${name}`);
    expect(SETTINGS_HELP).toContain(env);
  }
});

it('the help has every setting in one group', () => {
  expect(Object.values(SETTING_GROUPS).flat().toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
});

it('[VA29] reads --no-detector, and names no setting so that arguments take it for a negation', () => {
  const { values } = readArguments('serve', ['--no-detector'], SETTING_FLAGS, 0);
  expect(readSettings(values, {}, undefined)).toEqual({ detector: false });
  expect(Object.keys(SETTINGS).filter((name) => name.startsWith('no-'))).toEqual([]);
});
