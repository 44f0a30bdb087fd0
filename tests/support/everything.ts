// The reference server `@modelcontextprotocol/server-everything` in its own process.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';

export interface Everything {
  readonly url: string;
  stop(): Promise<void>;
}

/** A port nobody listens on just now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

/** Starts it with one of its two ways over HTTP. */
export async function startEverything(way: 'streamableHttp' | 'sse'): Promise<Everything> {
  const folder = dirname(
    createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json'),
  );
  const port = await freePort();
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [join(folder, 'dist/index.js'), way], {
    env: { PATH, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
  });
  let input = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text) => {
      input += text;
      if (input.includes(`port ${port}`)) resolve();
    });
    void ended.then(() => reject(new Error(`the reference server ended: ${input.slice(0, 500)}`)));
  });
  return {
    url: `http://127.0.0.1:${port}/${way === 'sse' ? 'sse' : 'mcp'}`,
    async stop() {
      child.kill();
      await ended;
    },
  };
}
