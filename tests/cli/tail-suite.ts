// `colloquy tail`: what a server says to a session that says nothing.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { readRecordingLine } from '@colloquy/session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { colloquy, run, type Served, serve } from './colloquy.ts';

export function tailSuite(): void {
  describe('colloquy tail', () => {
    let served: Served;
    beforeAll(async () => {
      served = await serve(['--engine', 'parrot']);
    });
    afterAll(async () => {
      served.child.kill('SIGTERM');
      await served.ended;
    });

    it('prints events as they come, until it is interrupted', async () => {
      const running = colloquy(['tail', served.url]);
      await running.until(/^ +0\.000 s {2}< {2}session\.created \{"event_id":/m);
      running.child.kill('SIGINT');
      expect([await running.ended, running.stderr()]).toEqual([130, '']);
    });

    it('prints a recording, as it comes', async () => {
      const running = colloquy(['tail', '--json', served.url]);
      await running.until(/session\.created.*\n/);
      running.child.kill('SIGINT');
      await running.ended;
      const kinds = running
        .stdout()
        .trimEnd()
        .split('\n')
        .map((line, at) => readRecordingLine(line, at + 1).kind);
      expect(kinds).toEqual(['header', 'frame']);
    });

    it('hides what is secret, and prints nothing that could act on a terminal', async () => {
      const server = new WebSocketServer({ port: 0 });
      await once(server, 'listening');
      server.on('connection', (socket) => {
        socket.send('{"type":"response.output_audio.delta","delta":"SECRETAUDIO"}');
        socket.send('{"type":"x\\u001b]0;owned\\u0007","words":"\\u009b2J"}');
        socket.send('CANARY');
        socket.close(1000);
      });
      const { code, stdout, stderr } = await run(['tail', `ws://127.0.0.1:${(server.address() as AddressInfo).port}`]);
      server.close();
      expect([code, stderr]).toEqual([0, expect.stringMatching(/^a frame of 6 characters is no event\n/)]);
      expect(stdout).toMatch(/delta \{"delta":"\[REDACTED\]"\}\n.*x\\u001b\]0;owned/);
      expect(stdout + stderr).not.toMatch(/SECRET|CANARY|[\u001b\u009b]/);
    });

    it('says in one line that nobody is there', async () => {
      const { code, stdout, stderr } = await run(['tail', 'ws://127.0.0.1:9']);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^colloquy tail: [^\n]*nothing listens there[^\n]*\n$/);
    });

    it('says in its help whose session it shows', async () => {
      const { stdout } = await run(['tail', '--help']);
      expect(stdout).toContain('a session of its own');
    });
  });
}
