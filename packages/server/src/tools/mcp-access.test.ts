// Which MCP servers an operator's words let sessions ask, and with whose credentials.

import { ColloquyError } from '@colloquy/protocol';
import { describe, expect, it } from 'vitest';
import { type Access, type McpCredentials, mcpAccess } from './mcp-access.ts';
import { type McpConfig, readMcpConfig } from './mcp-config.ts';

const books = { label: 'books', url: 'https://books.example/mcp' };
const accessOf = (config?: McpConfig, env = {}) => mcpAccess(config && readMcpConfig(config), env);
const find = (config: McpConfig | undefined, tool: object, credentials: McpCredentials = {}, env = {}) =>
  accessOf(config, env).find({ type: 'mcp', server_label: 'any', ...tool }, credentials);
const headersOf = (access: Access) => (access.ok ? { ...access.target.headers } : access.reason);

describe('servers of the operator', () => {
  it('[MC16] finds servers by label, or by URL under any label', () => {
    const config = { servers: [books] };
    expect(find(config, { server_label: 'books' })).toMatchObject({ ok: true, target: { url: books.url } });
    expect(find(config, { server_label: 'mine', server_url: 'https://BOOKS.example:443/mcp' })).toMatchObject({
      ok: true,
    });
    expect(find(config, { server_label: 'other' })).toEqual({
      ok: false,
      reason: 'no server of that label is configured',
    });
    for (const server_url of [
      'https://books.example/mcp/',
      'https://books.example/',
      'https://books.example.evil/mcp',
      'x',
    ]) {
      expect(find(config, { server_label: 'books', server_url }).ok).toBe(false);
    }
  });

  it('[MC16] dials private networks and plain http only when allowed', () => {
    const rules = (server: object) => {
      const access = find({ servers: [{ ...books, ...server }] }, { server_label: 'books' });
      return access.ok && access.target.rules;
    };
    expect(rules({})).toEqual({ privateNetworks: false, plainHttp: false });
    expect(rules({ allow_private: true })).toEqual({ privateNetworks: true, plainHttp: true });
  });

  it('sends the operator’s keys from the environment', () => {
    const server = { ...books, authorization_env: 'BOOKS_KEY', header_env: { 'X-Team': 'TEAM' } };
    const env = { BOOKS_KEY: 'key-of-the-operator', TEAM: 'readers' };
    const access = find({ servers: [server] }, { server_label: 'books' }, {}, env);
    expect(headersOf(access)).toEqual({ authorization: 'Bearer key-of-the-operator', 'x-team': 'readers' });
    expect(access.ok && access.target.secrets).toContain('key-of-the-operator');
    expect(() => accessOf({ servers: [server] }, { TEAM: 'x' })).toThrow(
      "mcp: server 'books', 'authorization_env': BOOKS_KEY is not set",
    );
    expect(() => accessOf({ servers: [server] }, { ...env, TEAM: 'a\r\nx: y' })).toThrow('TEAM holds no header');
  });

  it('replaces all of the operator’s keys when the client sends credentials', () => {
    const config = { servers: [{ ...books, authorization_env: 'KEY', header_env: { 'x-team': 'TEAM' } }] };
    const env = { KEY: 'key-of-the-operator', TEAM: 'readers' };
    const access = find(config, { server_label: 'books' }, { headers: { 'X-User': 'ann' } }, env);
    expect(headersOf(access)).toEqual({ 'x-user': 'ann' });
  });
});

describe('servers of clients', () => {
  const theirs = { server_url: 'https://theirs.example/mcp' };

  it('[MC16] refuses servers of clients by default', () => {
    for (const config of [undefined, {}, { servers: [books] }, { client_servers: 'refuse' as const }]) {
      expect(find(config, theirs)).toEqual({ ok: false, reason: 'servers that clients bring are not dialled here' });
    }
    expect(find({ client_servers: 'public' }, theirs)).toMatchObject({
      ok: true,
      target: { rules: { privateNetworks: false, plainHttp: false } },
    });
  });

  it.each([
    'http://theirs.example/mcp',
    'https://127.0.0.1/mcp',
    'https://user:word@theirs.example/',
    'file:///etc/passwd',
    '',
  ])('[MC16] %s is not dialled', (server_url) => {
    const access = find({ client_servers: 'public' }, { server_url });
    expect(access.ok).toBe(false);
    expect(JSON.stringify(access)).not.toContain('word@');
  });

  it('[MC16] restricts servers of clients to the allowed hosts', () => {
    const config: McpConfig = { client_servers: 'public', client_hosts: ['theirs.example', '*.Wild.example'] };
    const allowed = (host: string) => find(config, { server_url: `https://${host}/mcp` }).ok;
    expect(['theirs.example', 'THEIRS.example', 'a.wild.example', 'a.b.wild.example'].map(allowed)).toEqual(
      Array(4).fill(true),
    );
    const others = [
      'wild.example',
      'xwild.example',
      'theirs.example.evil',
      'nottheirs.example',
      'a.wild.example.evil',
      '8.8.8.8',
    ];
    expect(others.map(allowed)).toEqual(Array(6).fill(false));
  });

  it('[SE29] sends the client’s credentials to the client’s server', () => {
    const config: McpConfig = { client_servers: 'public' };
    const headersFor = (credentials: McpCredentials) => headersOf(find(config, theirs, credentials));
    expect(headersFor({})).toEqual({});
    expect(headersFor({ authorization: 'token' })).toEqual({ authorization: 'Bearer token' });
    expect(headersFor({ authorization: 'Basic dTpw' })).toEqual({ authorization: 'Basic dTpw' });
    expect(headersFor({ headers: { 'X-Api-Key': 'k', Authorization: 'Bearer a' } })).toEqual({
      'x-api-key': 'k',
      authorization: 'Bearer a',
    });
  });

  it.each([
    'Host',
    'cookie',
    'Connection',
    'content-length',
    'Transfer-Encoding',
    'upgrade',
    'origin',
    'proxy-authorization',
    'sec-fetch-site',
    'x-forwarded-for',
    'mcp-session-id',
    'last-event-id',
    'accept',
    'a b',
    'a:b',
    'a\r\nb',
    '',
    'ü',
  ])('a header named %j is not sent, and not repeated', (name) => {
    const access = find({ client_servers: 'public' }, theirs, { headers: { [name]: 'v' } });
    expect(access).toEqual({ ok: false, reason: 'a header of that name is not sent' });
  });

  it.each(['a\r\nx: y', 'a\nb', '\u0000', '', 'ü', 'x'.repeat(9000)])('a value like %j is no header', (value) => {
    for (const credentials of [{ headers: { x: value } }, { authorization: value }]) {
      const access = find({ client_servers: 'public' }, theirs, credentials);
      expect(access.ok).toBe(false);
      expect(access.ok || access.reason).toMatch(/holds what no header can/);
    }
  });

  it('treats __proto__ as an ordinary header', () => {
    const headers = JSON.parse('{"__proto__": "v", "constructor": "w"}');
    const access = find({ client_servers: 'public' }, theirs, { headers });
    expect(access.ok && Object.entries(access.target.headers)).toEqual([
      ['__proto__', 'v'],
      ['constructor', 'w'],
    ]);
    expect(({} as Record<string, unknown>).v).toBeUndefined();
  });
});

describe('readMcpConfig', () => {
  it.each<[string, string, string]>([
    ['no YAML', 'servers: [', 'mcp.yaml: not valid YAML or JSON at line 1'],
    ['an unknown field', 'server: []', "Unknown parameter: 'server'"],
    [
      'a key written down',
      'servers: [{label: a, url: "https://a.example", authorization: SECRET}]',
      "Name the key's environment variable",
    ],
    ['no address', 'servers: [{label: a}]', "Missing required parameter: 'servers[0].url'"],
    ['a label that is none', 'servers: [{label: "a b", url: "https://a.example"}]', "'servers[0].label'"],
    [
      'a label twice',
      'servers: [{label: a, url: "https://a.example"}, {label: a, url: "https://b.example"}]',
      "'servers[1].label' is there twice",
    ],
    ['a private address', 'servers: [{label: a, url: "http://127.0.0.1:3000/mcp"}]', "set 'allow_private'"],
    ['a password', 'servers: [{label: a, url: "https://u:SECRET@a.example"}]', 'holds a user name or password'],
    ['a word that is none', 'client_servers: all', "Supported values are: 'refuse', 'public'"],
  ])('names what is wrong: %s', (_name, text, message) => {
    try {
      readMcpConfig(text, 'mcp.yaml');
      expect.unreachable();
    } catch (error) {
      expect(ColloquyError.is(error)).toBe(true);
      expect((error as ColloquyError).code).toBe('invalid_configuration');
      expect((error as Error).message).toContain(message);
      expect((error as Error).message).not.toContain('SECRET');
    }
  });

  it('accepts the documented example', () => {
    const text =
      'servers:\n  - label: books\n    url: http://127.0.0.1:3000/mcp\n    allow_private: true\nallow_unapproved: true\n';
    expect(readMcpConfig(text)).toEqual({
      servers: [{ label: 'books', url: 'http://127.0.0.1:3000/mcp', allow_private: true }],
      allow_unapproved: true,
    });
    expect(mcpAccess(readMcpConfig(text), {}).allowUnapproved).toBe(true);
  });
});
