import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CascadeConfig,
  cascadeComponents,
  endpointOf,
  readCascadeConfig,
  thinkerOptions,
} from './cascade-config.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'colloquy-cascade-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const local = { url: 'http://127.0.0.1:11434/v1', model: 'tiny' };
const wrongly = (source: unknown): string => {
  try {
    readCascadeConfig(typeof source === 'string' ? source : JSON.stringify(source), 'c.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};

describe('readCascadeConfig', () => {
  it('reads YAML, JSON and objects', () => {
    const config: CascadeConfig = {
      think: { ...local, api: 'responses', retries: 0 },
      speak: { ...local, rate_hz: 16_000 },
    };
    expect(readCascadeConfig(config)).toEqual(config);
    expect(readCascadeConfig(JSON.stringify(config))).toEqual(config);
    expect(readCascadeConfig('think: # a local one\n  url: http://127.0.0.1:11434/v1\n  model: tiny\n')).toEqual({
      think: local,
    });
  });

  it.each([
    ['{', 'c.yaml: not valid YAML or JSON at line 1'],
    ['[]', 'c.yaml: Invalid type: expected an object, but got an array instead.'],
    [{}, 'c.yaml: needs at least one of transcribe, think, speak'],
    [{ thinks: local }, "Unknown parameter: 'thinks'."],
    [{ think: { url: local.url } }, "Missing required parameter: 'think.model'."],
    [{ think: { ...local, retries: 3 } }, "Invalid 'think.retries': integer above maximum value."],
    [{ think: { ...local, api: 'completions' } }, "'think.api': Invalid value: 'completions'."],
    [{ speak: { ...local, rate_hz: '24k' } }, "'speak.rate_hz'"],
    [
      { think: { ...local, key: 'sk-CANARY' } },
      "Unknown parameter: 'think.key'. Name the key's environment variable in 'key_env'",
    ],
    [{ think: { ...local, key_env: 'sk-CANARY' } }, "Invalid 'think.key_env': string does not match pattern."],
    [{ think: { ...local, key_env: 'A', key_file: 'b' } }, "'think' has both 'key_env' and 'key_file'"],
    [
      { think: { ...local, url: 'api.openai.com' } },
      "'think.url' must be an address such as https://api.openai.com/v1",
    ],
    [{ think: { ...local, url: 'file:///etc/passwd' } }, "'think.url' must be an address"],
    [{ speak: { ...local, url: 'http://u:CANARY@localhost/v1' } }, "'speak.url' must hold no password"],
    [
      { transcribe: { ...local, url: 'http://ears.example/v1' } },
      "'transcribe.url' is unencrypted and leaves this machine",
    ],
    [{ transcribe: { ...local, url: 'http://127.evil.example/v1' } }, 'is unencrypted'],
  ])('says what is wrong with %j, and where', (source, message) => {
    const reported = wrongly(source);
    expect(reported).toContain(message);
    expect(reported).not.toContain('CANARY');
  });

  it.each(['http://localhost:1/v1', 'http://[::1]:1/v1', 'https://ears.example'])('accepts %s', (url) => {
    expect(wrongly({ think: { ...local, url } })).toBe('no error');
  });

  it('accepts plain http to another machine when allow_http is set', () => {
    expect(wrongly({ think: { ...local, url: 'http://10.0.0.7/v1', allow_http: true } })).toBe('no error');
  });
});

describe('endpointOf', () => {
  it.each([
    ['think', 'http://localhost:8000', {}, 'http://localhost:8000/v1/chat/completions'],
    ['think', 'http://localhost:8000/api/v1/', {}, 'http://localhost:8000/api/v1/chat/completions'],
    ['think', 'http://localhost:8000/v1/chat/completions', {}, 'http://localhost:8000/v1/chat/completions'],
    ['think', 'http://localhost:8000/v1', { api: 'responses' }, 'http://localhost:8000/v1/responses'],
    ['think', 'http://localhost:8000/v1/responses', {}, 'http://localhost:8000/v1/responses'],
    ['speak', 'https://x.example/v1?api-version=3', {}, 'https://x.example/v1/audio/speech?api-version=3'],
    ['transcribe', 'https://x.example/openai', {}, 'https://x.example/openai/audio/transcriptions'],
  ] as const)('finds the %s endpoint of %s %j', (stage, url, more, whole) => {
    expect(endpointOf(stage, { url, model: 'm', ...more }, {}).url).toBe(whole);
  });

  it('reads the key from the named source only', () => {
    const file = join(folder, 'key');
    writeFileSync(file, 'sk-file\n');
    const env = { MY_KEY: ' sk-env ', OPENAI_API_KEY: 'sk-CANARY' };
    expect(endpointOf('think', { ...local, key_env: 'MY_KEY' }, env).key).toBe('sk-env');
    expect(endpointOf('think', { ...local, key_file: file }, env).key).toBe('sk-file');
    expect(endpointOf('think', local, env).key).toBeUndefined();
  });

  it.each([
    [{ key_env: 'NOT_SET' }, "cascade: 'think.key_env': NOT_SET is not set"],
    [{ key_env: 'BAD' }, "cascade: 'think.key_env' holds no key"],
    [{ key_file: '/nonexistent/key' }, "cascade: 'think.key_file' cannot be read: ENOENT"],
  ])('says when the key of %j is not there', (more, message) => {
    expect(() => endpointOf('think', { ...local, ...more }, { BAD: 'CANARY\r\nx: y' })).toThrow(message);
  });
});

describe('cascadeComponents', () => {
  it('makes the components with a configured endpoint', () => {
    expect(Object.keys(cascadeComponents({ think: local }, {}))).toEqual(['thinker']);
    const all = cascadeComponents({ think: local, speak: { ...local, voices: ['a'] }, transcribe: local }, {});
    expect(Object.keys(all).sort()).toEqual(['speaker', 'thinker', 'transcriber']);
    expect(all.speaker?.voices).toEqual(['a']);
  });

  it('uses max_completion_tokens when the endpoint is OpenAI', () => {
    const fieldFor = (url: string) => {
      const think = { ...local, url };
      return thinkerOptions(think, endpointOf('think', think, {})).maxTokensField;
    };
    expect(fieldFor('https://api.openai.com/v1')).toBe('max_completion_tokens');
    expect(fieldFor('https://openai.com.example/v1')).toBe('max_tokens');
  });
});
