// `colloquy serve --engine offline`: an answer aloud without network or key.

import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { run, serve } from './colloquy.ts';

it('answers typed words aloud, with nothing but what is installed', async () => {
  const server = await serve(['--engine', 'offline']);
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`);
  let words = '';
  let bytes = 0;
  const status = await new Promise<string>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => {
      const content = [{ type: 'input_text', text: 'What is two plus two?' }];
      const item = { type: 'message', role: 'user', content };
      socket.send(JSON.stringify({ type: 'conversation.item.create', item }));
      socket.send('{"type":"response.create"}');
    });
    socket.on('message', (data) => {
      const event = JSON.parse(String(data));
      if (event.type === 'response.output_audio_transcript.delta') words += event.delta;
      if (event.type === 'response.output_audio.delta') bytes += Buffer.from(event.delta, 'base64').length;
      if (event.type === 'response.done') resolve(event.response.status);
    });
  });
  socket.close();
  expect([status, words]).toEqual(['completed', '2 plus 2 is 4.']);
  expect(bytes).toBeGreaterThan(48_000);
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

it('takes no endpoints beside it', async () => {
  const args = ['--engine', 'offline', '--think-url', 'http://127.0.0.1:1/v1', '--think-model', 'm'];
  const { code, stderr } = await run(['serve', '--port', '0', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain('are for --engine cascade, not offline');
});
