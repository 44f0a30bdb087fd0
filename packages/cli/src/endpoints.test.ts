// Where endpoints are read from, and their precedence.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCascadeConfig } from '@colloquy/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfigFile, readSettings } from './config.ts';
import { readEndpoints } from './endpoints.ts';
import { SETTINGS_HELP } from './settings-help.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'colloquy-endpoints-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
const read = (flags: Record<string, unknown>, env: Record<string, string> = {}) =>
  readEndpoints(readSettings(flags, env, undefined), env, readCascadeConfig);

const url = 'http://127.0.0.1:8000/v1';

describe('readEndpoints', () => {
  it('finds none where none is named, whatever keys lie ready', () => {
    expect(read({}, { COLLOQUY_THINK_KEY: 'sk-x' })).toBeUndefined();
  });

  it('takes flags and the environment', () => {
    const flags = {
      'think-url': url,
      'speak-url': url,
      'speak-model': 'tts',
      'speak-rate': '16000',
      'speak-voice': 'sky',
    };
    expect(read(flags, { COLLOQUY_THINK_MODEL: 'tiny', COLLOQUY_THINK_API: 'responses' })).toEqual({
      think: { url, model: 'tiny', api: 'responses' },
      speak: { url, model: 'tts', rate_hz: 16_000, voice: 'sky' },
    });
  });

  it('lets flags win over the file, field by field', () => {
    const cascade = fileOf('c.yaml', `think: {url: "${url}", model: old, first_byte_ms: 5000, key_file: k}\n`);
    expect(read({ cascade, 'think-model': 'new' })).toEqual({
      think: { url, model: 'new', first_byte_ms: 5000, key_file: 'k' },
    });
    expect(read({ cascade, 'think-key-env': 'MY_KEY' })?.think).toEqual({
      url,
      model: 'old',
      first_byte_ms: 5000,
      key_env: 'MY_KEY',
    });
  });

  it("looks for the key in the endpoint's own variable unless another place is named", () => {
    const env = { COLLOQUY_THINK_KEY: 'sk-x' };
    const flags = { 'think-url': url, 'think-model': 'tiny' };
    expect(read(flags, env)?.think?.key_env).toBe('COLLOQUY_THINK_KEY');
    expect(read({ ...flags, 'think-key-file': 'k' }, env)?.think).toEqual({ url, model: 'tiny', key_file: 'k' });
  });

  it.each([
    [{ 'think-url': url }, "endpoints: Missing required parameter: 'think.model'."],
    [{ 'think-url': 'http://elsewhere.example', 'think-model': 'm' }, "endpoints: 'think.url' is unencrypted"],
    [{ cascade: '/nonexistent.yaml' }, '/nonexistent.yaml cannot be read: it does not exist'],
  ])('says what is wrong with %j', (flags, message) => {
    expect(() => read(flags)).toThrow(message);
  });

  it('takes no key as an argument or in the file of settings, and says where it goes', () => {
    expect(SETTINGS_HELP).not.toMatch(/--\w+-key /);
    const file = fileOf('settings.json', '{"think-key": "sk-CANARY"}');
    expect(() => readConfigFile(file)).toThrow("name the key's environment variable in 'think-key-env'");
  });
});
