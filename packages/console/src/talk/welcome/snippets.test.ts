import { describe, expect, it } from 'vitest';
import { CLIENTS, type Client, snippetOf } from './snippets.ts';

const PLAIN = { origin: 'http://127.0.0.1:8787', model: 'gpt-realtime', needsKey: false };

describe('the code to connect with', () => {
  it.each(Object.keys(CLIENTS) as Client[])('names the address of this server, and no key of it: %s', (client) => {
    expect(snippetOf(client, PLAIN)).toContain('127.0.0.1:8787/v1');
    expect(snippetOf(client, PLAIN)).toContain('sk-test');
    expect(snippetOf(client, { ...PLAIN, needsKey: true })).toContain('YOUR_KEY');
  });

  it('uses the scheme of the page for its sockets', () => {
    expect(snippetOf('agents', PLAIN)).toContain('ws://127.0.0.1:8787/v1/realtime?model=gpt-realtime');
    const secure = { ...PLAIN, origin: 'https://voice.example' };
    expect(snippetOf('python', secure)).toContain('wss://voice.example/v1');
    expect(snippetOf('openai', secure)).not.toContain('createConnection');
  });
});
