// `colloquy serve` with what is built in: an answer aloud without network or key, and several engines to choose from.

import { run, serve } from '@support/colloquy.ts';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';

it('answers typed words aloud, with nothing but what is installed', async () => {
  const server = await serve();
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`);
  let text = '';
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
      if (event.type === 'response.output_audio_transcript.delta') text += event.delta;
      if (event.type === 'response.output_audio.delta') bytes += Buffer.from(event.delta, 'base64').length;
      if (event.type === 'response.done') resolve(event.response.status);
    });
  });
  socket.close();
  expect([status, text]).toEqual(['completed', '2 plus 2 is 4.']);
  expect(bytes).toBeGreaterThan(48_000);
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

it('takes no endpoints beside it', async () => {
  const args = ['--engine', 'offline', '--think-url', 'http://127.0.0.1:1/v1', '--think-model', 'm'];
  const { code, stderr } = await run(['serve', '--port', '0', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain('are for --engine cascade or sherpa, not offline');
});

it('[AU30, RT20] offers several engines, of which sessions choose by their model', async () => {
  const server = await serve(['--engine', 'offline,parrot', '--pace', '1']);
  const listed = (await (await fetch(`${server.url}/v1/models`)).json()) as { data: { id: string }[] };
  expect(listed.data.map(({ id }) => id)).toEqual(['offline', 'parrot', 'gpt-realtime']);
  const answerOf = async (query: string) => {
    const { code, stdout } = await run(['talk', `${server.url}${query}`], { input: 'what is two plus two\n' });
    return [code, stdout];
  };
  expect(await answerOf('/v1/realtime?model=parrot')).toEqual([0, 'You said: what is two plus two\n']);
  expect(await answerOf('/v1/realtime?model=offline')).toEqual([0, '2 plus 2 is 4.\n']);
  expect(await answerOf('')).toEqual([0, '2 plus 2 is 4.\n']);
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});
