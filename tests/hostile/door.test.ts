// Who gets in: every way of naming a host, an origin and a credential, with and without keys, on WebSocket and REST alike.

import { ask, codeOf, WEBSOCKET } from '@support/ask.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createServer, type Server } from '../../packages/server/src/index.ts';

const KEY = 'sk-right-2c1f';
const OTHER_KEY = 'sk-right-77aa';
const LIMITS = { opensPerSecond: 10_000, opensBurst: 10_000, sessionsPerKey: 10_000 };
const logged: string[] = [];
const logTo = { write: (line: string) => void logged.push(line) };
const settings = { port: 0, limits: LIMITS, logLevel: 'debug', logTo, hosts: ['voice.example'] } as const;

let keyless: number;
let keyed: number;
let secret = '';
const servers: Server[] = [];

async function start(options: Parameters<typeof createServer>[0]): Promise<number> {
  const server = createServer({ ...settings, origins: ['https://app.example'], ...options });
  servers.push(server);
  return (await server.listen()).port;
}

beforeAll(async () => {
  keyless = await start({});
  keyed = await start({ keys: [KEY, OTHER_KEY] });
  const headers = ['Host', 'localhost', 'Authorization', `Bearer ${KEY}`, 'Content-Type', 'application/json'];
  const body = '{"session":{"type":"realtime","model":"gpt-realtime"}}';
  const minted = await ask({ port: keyed, method: 'POST', target: '/v1/realtime/client_secrets', headers, body });
  secret = (JSON.parse(minted.body) as { value: string }).value;
});
afterAll(() => Promise.all(servers.map((server) => server.close({ graceMs: 0 }))));

const local = (...headers: string[]) => ['Host', 'localhost:8787', ...headers];
const bearer = (key: string) => local('Authorization', `Bearer ${key}`);
const protocol = (...offers: string[]) => ['Sec-WebSocket-Protocol', offers.join(', ')];
const keyProtocol = (key: string) => protocol('realtime', `openai-insecure-api-key.${key}`);

/** What is sent, and the status over WebSocket and over `GET /v1/models`. */
type Row = [title: string, headers: () => string[], websocket: number, rest: number];

/** These do not depend on keys: both servers are given a right one. */
const HOSTS: Row[] = [
  ['Host localhost', () => ['Host', 'localhost'], 101, 200],
  ['Host localhost with a port', () => ['Host', 'localhost:8787'], 101, 200],
  ['Host localhost with another port', () => ['Host', 'localhost:1'], 101, 200],
  ['Host in capitals', () => ['Host', 'LOCALHOST'], 101, 200],
  ['Host 127.0.0.1', () => ['Host', '127.0.0.1:8787'], 101, 200],
  ['Host [::1]', () => ['Host', '[::1]:8787'], 101, 200],
  ['a configured Host', () => ['Host', 'voice.example'], 101, 200],
  ['a foreign Host', () => ['Host', 'evil.test'], 403, 403],
  ['Host 127.0.0.1.evil.test', () => ['Host', '127.0.0.1.evil.test'], 403, 403],
  ['Host localhost.evil', () => ['Host', 'localhost.evil'], 403, 403],
  ['Host localhost with a dot', () => ['Host', 'localhost.'], 403, 403],
  ['Host with credentials', () => ['Host', 'localhost@evil.test'], 403, 403],
  ['Host with a path', () => ['Host', 'localhost/evil.test'], 403, 403],
  ['a subdomain of a configured Host', () => ['Host', 'x.voice.example'], 403, 403],
  ['Host 0.0.0.0', () => ['Host', '0.0.0.0:8787'], 403, 403],
  ['Host as a decimal address', () => ['Host', '2130706433'], 403, 403],
  ['an empty Host', () => ['Host', ''], 403, 403],
  ['no Host', () => [], 403, 403],
  ['two Hosts', () => ['Host', 'localhost', 'Host', 'evil.test'], 403, 403],
];

const ORIGINS: Row[] = [
  ['our own origin', () => local('Origin', 'http://localhost:8787'), 101, 200],
  ['a configured origin', () => local('Origin', 'https://app.example'), 101, 200],
  ['a foreign origin', () => local('Origin', 'https://evil.test'), 403, 403],
  ['origin null', () => local('Origin', 'null'), 403, 403],
  ['an empty origin', () => local('Origin', ''), 403, 403],
  ['our origin with another port', () => local('Origin', 'http://localhost:5173'), 403, 403],
  ['our origin with another scheme', () => local('Origin', 'https://localhost:8787'), 403, 403],
  ['another loopback name as origin', () => local('Origin', 'http://127.0.0.1:8787'), 403, 403],
  ['http://localhost.evil.test', () => local('Origin', 'http://localhost.evil.test'), 403, 403],
  ['a configured origin as prefix', () => local('Origin', 'https://app.example.evil.test'), 403, 403],
  ['a configured origin as suffix', () => local('Origin', 'https://evil-app.example'), 403, 403],
  ['a configured origin in capitals', () => local('Origin', 'HTTPS://APP.EXAMPLE'), 403, 403],
  ['a configured origin with a path', () => local('Origin', 'https://app.example/'), 403, 403],
  ['a configured origin over http', () => local('Origin', 'http://app.example'), 403, 403],
  ['file://', () => local('Origin', 'file://'), 403, 403],
  ['two origins', () => local('Origin', 'https://app.example', 'Origin', 'https://evil.test'), 403, 403],
  ['a foreign Host that is its own origin', () => ['Host', 'evil.test', 'Origin', 'http://evil.test'], 403, 403],
];

const WITHOUT_KEYS: Row[] = [
  ['no credential', () => local(), 101, 200],
  ['any bearer', () => bearer('sk-test'), 101, 200],
  ['any api-key', () => local('api-key', 'anything'), 101, 200],
  ['any key as subprotocol', () => local(...keyProtocol('sk-test')), 101, 200],
  ['a client secret nobody minted', () => bearer('ek_unknown'), 101, 200],
  ['another scheme', () => local('Authorization', 'Basic YTpi'), 101, 200],
  ['two equal credentials', () => [...bearer('sk-test'), 'api-key', 'sk-test'], 101, 200],
  ['two different credentials', () => [...bearer('sk-test'), 'api-key', 'sk-other'], 400, 400],
  ['a browser of our own with no credential', () => local('Origin', 'http://localhost:8787'), 101, 200],
];

const WITH_KEYS: Row[] = [
  ['the right bearer', () => bearer(KEY), 101, 200],
  ['the other right bearer', () => bearer(OTHER_KEY), 101, 200],
  ['the right api-key', () => local('api-key', KEY), 101, 200],
  ['the right key as subprotocol', () => local(...keyProtocol(KEY)), 101, 200],
  ['the scheme in capitals', () => local('Authorization', `BEARER ${KEY}`), 101, 200],
  ['the right key twice', () => [...bearer(KEY), 'api-key', KEY], 101, 200],
  ['the right key three times', () => [...bearer(KEY), 'api-key', KEY, ...keyProtocol(KEY)], 101, 200],
  ['no credential', () => local(), 401, 401],
  ['a wrong bearer', () => bearer('sk-wrong'), 401, 401],
  ['a beginning of the right key', () => bearer(KEY.slice(0, -1)), 401, 401],
  ['the right key and more', () => bearer(`${KEY}x`), 401, 401],
  ['the right key in capitals', () => bearer(KEY.toUpperCase()), 401, 401],
  ['an empty bearer', () => local('Authorization', 'Bearer '), 401, 401],
  ['the right key without a scheme', () => local('Authorization', KEY), 401, 401],
  ['the right key under another scheme', () => local('Authorization', `Basic ${KEY}`), 401, 401],
  ['a wrong key as subprotocol', () => local(...keyProtocol('sk-wrong')), 401, 401],
  ['a right and a wrong key', () => [...bearer(KEY), 'api-key', 'sk-wrong'], 400, 400],
  ['two right keys', () => [...bearer(KEY), 'api-key', OTHER_KEY], 400, 400],
  ['two Authorization headers', () => [...bearer(KEY), 'Authorization', 'Bearer sk-wrong'], 400, 400],
  ['a client secret', () => bearer(secret), 101, 401],
  ['a client secret as subprotocol', () => local(...keyProtocol(secret)), 101, 401],
  ['a client secret nobody minted', () => bearer('ek_unknown'), 401, 401],
  ['a browser with a client secret', () => local('Origin', 'https://app.example', ...keyProtocol(secret)), 101, 401],
  ['a browser with a server key', () => local('Origin', 'https://app.example', ...keyProtocol(KEY)), 401, 401],
  ['a foreign origin with the right key', () => [...bearer(KEY), 'Origin', 'https://evil.test'], 403, 403],
  ['a foreign Host with the right key', () => ['Host', 'evil.test', 'Authorization', `Bearer ${KEY}`], 403, 403],
];

const CODES: Record<number, string[]> = {
  400: ['invalid_value'],
  401: ['invalid_api_key'],
  403: ['forbidden_host', 'forbidden_origin'],
};

function matrix(rows: Row[], port: () => number, more: readonly string[] = []): void {
  it.each(rows)('%s', async (_, headersOf, websocket, rest) => {
    const headers = [...headersOf(), ...more];
    const opened = await ask({ port: port(), headers: [...headers, ...WEBSOCKET] });
    expect(opened.status).toBe(websocket);
    const alias = await ask({
      port: port(),
      target: '/openai/v1/realtime?model=gpt-realtime',
      headers: [...headers, ...WEBSOCKET],
    });
    expect(alias.status).toBe(websocket);
    const received = await ask({ port: port(), target: '/v1/models', headers });
    expect(received.status).toBe(rest);
    const listed = await ask({ port: port(), target: '/api/sessions', headers });
    expect(listed.status).toBe(headers.includes('https://app.example') ? 403 : rest); // not our own page [CO1]
    if (websocket !== 101) expect(CODES[websocket]).toContain(codeOf(opened));
    if (rest !== 200) expect(CODES[rest]).toContain(codeOf(received));
  });
}

describe('[AU17] Host, without keys', () => matrix(HOSTS, () => keyless));
describe('[AU17] Host, with keys', () => matrix(HOSTS, () => keyed, ['api-key', KEY]));
describe('[AU18] Origin, without keys', () => matrix(ORIGINS, () => keyless));
describe('[AU18] Origin, with keys', () => matrix(ORIGINS, () => keyed, ['api-key', KEY]));
describe('[AU7, AU8, AU11] credentials, without keys', () => matrix(WITHOUT_KEYS, () => keyless));
describe('[AU7, AU8, AU10, AU12, AU16, AU25] credentials, with keys', () => matrix(WITH_KEYS, () => keyed));

describe('every other path', () => {
  it.each(['/healthz', '/', '/nothing/here', '/v1/realtime/calls', '/assets/x.js'])(
    '[AU17, AU18, AU29] %s is behind the same Host and Origin',
    async (target) => {
      for (const headers of [['Host', 'evil.test'], local('Origin', 'https://evil.test')]) {
        expect((await ask({ port: keyless, target, headers })).status).toBe(403);
      }
    },
  );

  it('[AU2, AU29] POST and an upgrade are judged before they are looked at', async () => {
    const headers = ['Host', 'localhost', 'Content-Type', 'application/json'];
    const question = { port: keyed, method: 'POST', headers, body: '{"session":' };
    expect((await ask({ ...question, target: '/v1/realtime/client_secrets' })).status).toBe(401);
    expect((await ask({ ...question, target: '/v1/realtime/calls' })).status).toBe(401);
    expect((await ask({ port: keyed, headers: local() })).status).toBe(401);
  });

  it('an absolute target is refused, whatever its Host', async () => {
    const target = 'http://localhost:8787/v1/models';
    expect((await ask({ port: keyless, target, headers: local() })).status).toBe(403);
    expect((await ask({ port: keyless, target, headers: [...local(), ...WEBSOCKET] })).status).toBe(403);
  });
});

describe('the query', () => {
  const opening = (target: string, port = keyless) => ask({ port, target, headers: [...local(), ...WEBSOCKET] });

  it.each([
    ['[AU3]', '?model=a&intent=transcription', 400, 'invalid_value'],
    ['[AU3]', '?model=a&model=b', 400, 'invalid_value'],
    ['[AU3]', '?model=a&call_id=rtc_1', 400, 'invalid_value'],
    ['[AU3]', '?intent=conversation', 400, 'invalid_value'],
    ['[AU4]', '', 400, 'missing_model'],
    ['[AU4]', '?model=', 400, 'missing_model'],
    ['[AU3]', '?call_id=rtc_1', 404, 'call_id_not_found'],
    ['[AU9]', '?model=a&api_key=sk-leak-1', 400, 'invalid_value'],
    ['[AU9]', '?model=a&api-key=sk-leak-2', 400, 'invalid_value'],
    ['[AU9]', '?model=a&whatever=ek_leak_3', 400, 'invalid_value'],
    ['[AU9]', '?model=a&Authorization=Bearer%20leak-4', 400, 'invalid_value'],
  ])('%s %s is refused', async (_, query, status, code) => {
    const answer = await opening(`/v1/realtime${query}`);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
  });

  it.each(['?model=gpt-realtime&api-version=2024-10-01&deployment=x', '?intent=transcription'])(
    '[AU3, AU6] %s is accepted, and what is not known ignored',
    async (query) => {
      expect((await opening(`/v1/realtime${query}`)).status).toBe(101);
    },
  );

  it('[AU5] a model outside the list is refused', async () => {
    const port = await start({ models: ['gpt-realtime', 'small'] });
    expect((await opening('/v1/realtime?model=small', port)).status).toBe(101);
    const answer = await opening('/v1/realtime?model=large', port);
    expect([answer.status, codeOf(answer)]).toEqual([403, 'invalid_model']);
    const listed = await ask({ port, target: '/v1/models', headers: local() });
    expect((JSON.parse(listed.body) as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual([
      'gpt-realtime',
      'small',
    ]);
  });
});

describe('the handshake', () => {
  it.each([
    ['[AU1]', '/v1/realtime//', 404, 'not_found'],
    ['[AU1]', '/v1/realtime/x', 404, 'not_found'],
    ['[AU1]', '/openai/realtime/translations', 404, 'not_found'],
    ['[AU1]', '/v2/realtime', 404, 'not_found'],
    ['[AU1]', '/v1/models', 404, 'not_found'],
    ['[RT17]', '/v1%2frealtime?model=a', 400, 'invalid_value'],
    ['[RT17]', '/v1/../v1/realtime?model=a', 400, 'invalid_value'],
    ['[RT17]', '/v1/%2e%2e/v1/realtime?model=a', 400, 'invalid_value'],
  ])('%s at %s is answered %i', async (_, target, status, code) => {
    const answer = await ask({ port: keyless, target, headers: [...local(), ...WEBSOCKET] });
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
  });

  it.each(['/v1/realtime/', '/openai/v1/realtime/', '/v1/realtime/translations/'])(
    '[AU1] at %s, with a trailing slash, opens a session',
    async (path) => {
      const answer = await ask({ port: keyless, target: `${path}?model=a`, headers: [...local(), ...WEBSOCKET] });
      expect(answer.status).toBe(101);
    },
  );

  it.each(['/v1/realtime', '/v1/realtime/', '/openai/realtime', '/openai/realtime/'])(
    '[AU2] at %s without an upgrade is answered 426',
    async (target) => {
      const answer = await ask({ port: keyless, target, headers: local() });
      expect([answer.status, codeOf(answer), answer.headers.upgrade]).toEqual([
        426,
        'websocket_upgrade_required',
        'websocket',
      ]);
    },
  );

  it('[AU2] with another version of the protocol is answered 400, naming the supported one', async () => {
    const headers = [...local(), ...WEBSOCKET].map((value) => (value === '13' ? '8' : value));
    const answer = await ask({ port: keyless, headers });
    expect([answer.status, answer.headers['sec-websocket-version']]).toEqual([400, '13']);
    expect(codeOf(answer)).toBe('invalid_value');
  });

  it('[RT13] that `ws` would refuse in plain text is refused in our envelope', async () => {
    const headers = [...local(), ...WEBSOCKET].map((value) => (value.endsWith('==') ? 'short' : value));
    const answer = await ask({ port: keyless, headers });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_value']);
  });

  it.each([
    ['realtime', 'realtime'],
    ['realtime, openai-insecure-api-key.sk-test', 'realtime'],
    ['openai-insecure-api-key.sk-test, realtime, openai-agents-sdk.0.20.0', 'realtime'],
    ['openai-insecure-api-key.sk-test', undefined],
    ['openai-agents-sdk.0.20.0', undefined],
  ])('[AU14, AU15] that offers "%s" is given %s', async (offer, selected) => {
    const answer = await ask({ port: keyless, headers: [...local(), ...WEBSOCKET, ...protocol(offer)] });
    expect([answer.status, answer.headers['sec-websocket-protocol']]).toEqual([101, selected]);
  });

  it('[AU21] is given no compression', async () => {
    const offer = ['Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits'];
    const answer = await ask({ port: keyless, headers: [...local(), ...WEBSOCKET, ...offer] });
    expect([answer.status, answer.headers['sec-websocket-extensions']]).toEqual([101, undefined]);
  });

  it('[AU13, ER48, ER51] is refused by an event and a close code in refusal mode event', async () => {
    const port = await start({ keys: [KEY], refusals: 'event' });
    const refused = async (headers: Record<string, string>, query = '?model=a') => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/realtime${query}`, { headers });
      const events: { type: string; error: { code: string } }[] = [];
      socket.on('message', (data) => events.push(JSON.parse(String(data))));
      const close = await new Promise((resolve) =>
        socket.on('close', (code, reason) => resolve([code, String(reason)])),
      );
      return [events.map(({ type, error }) => `${type} ${error.code}`), close];
    };
    expect(await refused({ authorization: 'Bearer sk-wrong' })).toEqual([
      ['error invalid_api_key'],
      [3000, 'invalid_request_error.invalid_api_key'],
    ]);
    expect(await refused({})).toEqual([['error invalid_api_key'], [3000, 'invalid_request_error']]);
    expect(await refused({ authorization: `Bearer ${KEY}` }, '')).toEqual([
      ['error missing_model'],
      [4000, 'invalid_request_error.missing_model'],
    ]);
  });

  it('[AU16] lets browsers show server keys where the operator says so', async () => {
    const port = await start({ keys: [KEY], keysFromBrowsers: true });
    const headers = [...local('Origin', 'https://app.example', ...keyProtocol(KEY)), ...WEBSOCKET];
    expect((await ask({ port, headers })).status).toBe(101);
  });
});

describe('what an operator sets', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1'])('[AU11] without keys there is no listening on %s', (host) => {
    expect(() => createServer({ host })).toThrow(/without keys/);
    expect(() => createServer({ host, keys: [KEY] })).not.toThrow();
  });

  it.each([
    ['origins', { origins: ['app.example'] }],
    ['origins', { origins: ['https://app.example/path'] }],
    ['hosts', { hosts: ['https://voice.example'] }],
    ['keys', { keys: [''] }],
  ])('%s that are none are refused: %j', (name, options) => {
    expect(() => createServer(options)).toThrow(new RegExp(`^${name}: `));
  });
});

// Last, so that everything above has been logged.
it('[AU9, AU12, RD10] no credential of any request above has reached the log', () => {
  const text = logged.join('');
  expect(logged.length).toBeGreaterThan(100);
  for (const output of [
    KEY,
    OTHER_KEY,
    secret,
    'sk-test',
    'sk-wrong',
    'leak',
    'ek_unknown',
    'openai-insecure',
    'YTpi',
  ]) {
    expect(text).not.toContain(output);
  }
  expect(text).toMatch(/"key":"[0-9a-f]{8}"/);
});
