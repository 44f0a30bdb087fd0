// The REST side of a server: paths, methods, bodies, origins, and the page.

import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dial, KEY, post, start, stopAll } from '@support/dial.ts';
import { sinceNow } from '@support/lifetime.ts';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(stopAll);

describe('REST', () => {
  it('[RT18] /healthz says that it is there, and nothing else', async () => {
    const { url } = await start({ keys: [KEY] });
    const answer = await fetch(`${url}/healthz`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    expect(answer.headers.get('server')).toBeNull();
  });

  it.each([
    ['[RT13, RT14] an unknown path', 'GET', '/v1/nothing', 404, 'not_found', null],
    ['[RT14] another method', 'GET', '/v1/realtime/client_secrets', 405, 'method_not_allowed', 'POST'],
    ['[RT14] another method on the socket path', 'DELETE', '/v1/realtime', 405, 'method_not_allowed', 'GET'],
    ['[RT14] another method on a call', 'DELETE', '/v1/realtime/calls/rtc_1', 405, 'method_not_allowed', ''],
    ['[RT14] another method on hangup', 'DELETE', '/v1/realtime/calls/rtc_1/hangup', 405, 'method_not_allowed', 'POST'],
    ['[RT9] calls', 'POST', '/v1/realtime/calls', 501, 'webrtc_unavailable', null],
    ['[RT9] the alias of calls', 'POST', '/openai/v1/realtime/calls', 501, 'webrtc_unavailable', null],
    ['[RT9] calls of translations', 'POST', '/v1/realtime/translations/calls', 501, 'webrtc_unavailable', null],
    ['[RT9] hangup', 'POST', '/v1/realtime/calls/rtc_1/hangup', 501, 'webrtc_unavailable', null],
    ['[RT17] a malformed escape', 'GET', '/v1/%zz', 400, 'invalid_value', null],
    ['[RT17] an encoded slash', 'GET', '/v1%2Fmodels', 400, 'invalid_value', null],
  ])('%s: %s %s is %i', async (_, method, path, status, code, allow) => {
    const { url } = await start({ webrtc: false });
    const answer = await fetch(url + path, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([status, allow]);
    const { error } = (await answer.json()) as { error: Record<string, unknown> };
    expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
    expect(error.code).toBe(code);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    '[RT15] a body of type %s is refused 415',
    async (type) => {
      const { url } = await start();
      const answer = await post(`${url}/v1/realtime/client_secrets`, '{}', { 'content-type': type });
      expect([answer.status, await answer.json()]).toMatchObject([415, { error: { code: 'unsupported_media_type' } }]);
    },
  );

  it('[RT9] a call is answered 501 whatever its body', async () => {
    const { url } = await start({ webrtc: false });
    const answer = await post(`${url}/v1/realtime/calls`, 'v=0', { 'content-type': 'application/sdp' });
    expect(answer.status).toBe(501);
  });

  it('[RT14] a body that is too large is refused 413', async () => {
    const { url } = await start({ limits: { bodyBytes: 1000 } });
    const answer = await post(`${url}/v1/realtime/client_secrets`, { session: 'x'.repeat(2000) });
    expect([answer.status, await answer.json()]).toMatchObject([413, { error: { code: 'limit_exceeded' } }]);
  });

  it('[RT16] only listed origins are told that they may read, and never with credentials', async () => {
    const { url } = await start({ origins: ['https://app.example'] });
    const request = (origin: string, method = 'GET') =>
      fetch(`${url}/v1/models`, {
        method,
        headers: { origin, ...(method === 'OPTIONS' && { 'access-control-request-method': 'POST' }) },
      });
    const listed = await request('https://app.example');
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(listed.headers.get('access-control-allow-credentials')).toBeNull();
    expect(listed.headers.get('access-control-expose-headers')).toBe('location');
    const preflight = await request('https://app.example', 'OPTIONS');
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      'authorization, content-type, openai-beta, x-openai-agents-sdk',
    ]);
    for (const origin of ['https://evil.test', url]) {
      const other = await request(origin);
      expect(other.headers.get('access-control-allow-origin')).toBeNull();
    }
    expect((await request('https://evil.test', 'OPTIONS')).status).toBe(403);
  });

  it('serves a page under a strict content security policy, and lists the live sessions', async () => {
    const isFresh = sinceNow();
    const { url } = await start();
    const { next } = dial(url);
    const { session } = await next('session.created');
    const page = await fetch(url);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await page.text()).toContain('Colloquy');
    const listed = (await (await fetch(`${url}/api/sessions`)).json()) as { sessions: { started_at: number }[] };
    expect(listed).toMatchObject({ sessions: [{ id: session.id, type: 'realtime', model: 'gpt-realtime' }] });
    isFresh(listed.sessions[0]?.started_at ?? 0);
  });

  it('[CO19] every answer forbids a page what it does not need, whatever it is an answer to', async () => {
    const { url } = await start({ keys: [KEY] });
    const paths = ['/', '/api/status', '/api/sessions', '/nothing', '/v1/models', '/healthz', '/v1/realtime'];
    for (const path of paths) {
      const { headers } = await fetch(url + path);
      const policy = new Map(
        headers
          .get('content-security-policy')
          ?.split('; ')
          .map((each) => {
            const [name = '', ...sources] = each.split(' ');
            return [name, sources.join(' ')];
          }),
      );
      expect(Object.fromEntries(policy), path).toEqual({
        'default-src': "'self'",
        'script-src': "'self'",
        'style-src': "'self'",
        'img-src': "'self' data:",
        'media-src': "'self' blob:",
        'connect-src': "'self'",
        'worker-src': "'self'",
        'object-src': "'none'",
        'frame-src': "'none'",
        'base-uri': "'none'",
        'form-action': "'none'",
        'frame-ancestors': "'none'",
        'require-trusted-types-for': "'script'",
        'trusted-types': "'none'",
      });
      expect(headers.get('permissions-policy'), path).toMatch(/^microphone=\(self\), camera=\(\)/);
      expect(headers.get('cross-origin-resource-policy'), path).toBe('same-origin');
      expect(headers.get('cross-origin-opener-policy'), path).toBe('same-origin');
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('referrer-policy'), path).toBe('no-referrer');
    }
  });

  it('serves a plain page where the console is not built, what clients said in it as text', async () => {
    const { url } = await start({ consoleDir: tmpdir() });
    await dial(url, {}, '?model=%3Cscript%3Ealert(1)%3C/script%3E').next('session.created');
    const page = await (await fetch(url)).text();
    expect(page).toContain('Colloquy is running');
    expect(page).toContain('<td>&lt;script&gt;alert(1)&lt;/script&gt;</td>');
    expect(page).not.toContain('<script');
  });

  it('[RT17] serves no file from outside the page', async () => {
    const { port } = await start();
    for (const target of [
      '/../package.json',
      '/..%2fpackage.json',
      '/%2e%2e/package.json',
      '//etc/passwd',
      '/.git/config',
    ]) {
      const socket = connect(port, '127.0.0.1');
      socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      let text = '';
      socket.on('data', (data) => {
        text += data;
      });
      await once(socket, 'close');
      expect([target, text.split(' ')[1]]).toEqual([target, expect.stringMatching(/^40[034]$/)]);
    }
  });
});
