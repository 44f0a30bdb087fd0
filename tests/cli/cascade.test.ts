// `colloquy serve` with endpoints of one's own.

import { run, serve } from '@support/colloquy.ts';
import { GOOD_WORDS } from '@support/fake-endpoints.ts';
import { withEndpoints } from '@support/with-endpoints.ts';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';

const fake = await withEndpoints();

const endpoint = (stage: string) => [`--${stage}-url`, fake.url, `--${stage}-model`, 'tiny'];

it('answers aloud through the endpoints it is given, with their own key', async () => {
  const args = [...endpoint('think'), ...endpoint('speak'), ...endpoint('transcribe')];
  const server = await serve(args, { COLLOQUY_THINK_KEY: 'sk-CANARY' });
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`);
  let text = '';
  let bytes = 0;
  const status = await new Promise<string>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => {
      const content = [{ type: 'input_text', text: 'Hello?' }];
      socket.send(
        JSON.stringify({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } }),
      );
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
  expect([status, text]).toEqual(['completed', GOOD_WORDS]);
  expect(bytes).toBeGreaterThan(4000);
  expect(fake.of('think')[0]?.headers.authorization).toBe('Bearer sk-CANARY');
  expect(fake.of('speak')[0]?.headers).not.toHaveProperty('authorization');
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  expect(server.stdout() + server.stderr()).not.toContain('CANARY');
});

it.each([
  [['--engine', 'cascade'], '--engine cascade requires endpoints'],
  [['--engine', 'parrot', '--think-url', 'http://127.0.0.1:1/v1', '--think-model', 'm'], 'are for --engine cascade'],
  [['--upstream', 'wss://x.example/v1/realtime', '--speak-url', 'http://127.0.0.1:1/v1'], '--upstream replaces'],
  [['--think-url', 'http://elsewhere.example/v1', '--think-model', 'm'], "'think.url' is unencrypted"],
  [['--think-url', 'http://127.0.0.1:1/v1', '--think-model', 'm', '--think-key-env', 'NOT_SET'], 'NOT_SET is not set'],
])('is misused by %j', async (args, message) => {
  const { code, stderr } = await run(['serve', '--port', '0', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
