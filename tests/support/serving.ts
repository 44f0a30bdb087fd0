// A real server on a free port for one test, and its log, which must contain no fault.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Listening, parrot } from '@colloquy/server';

export interface Serving extends Listening {
  /** Ends the server and answers with the lines of its log that tell of a fault: warnings and errors. */
  stop(): Promise<string[]>;
}

export interface ServingOptions {
  keys?: string[];
  /** Milliseconds between two words of the parrot. */
  pace?: number;
  tls?: boolean;
  webrtc?: boolean;
}

/** pino's number for warnings. */
const WARNING = 40;

export async function serving({ keys = [], pace = 0, tls = false, ...calls }: ServingOptions = {}): Promise<Serving> {
  const dataDir = mkdtempSync(join(tmpdir(), 'colloquy-compat-'));
  const lines: string[] = [];
  const server = createServer({
    ...{ port: 0, tlsPort: 0, keys, tls, dataDir, ...calls },
    engine: parrot({ pace }),
    logLevel: 'info',
    logTo: { write: (line) => void lines.push(line) },
  });
  const listening = await server.listen();
  return {
    ...listening,
    async stop() {
      await server.close({ graceMs: 0 });
      rmSync(dataDir, { recursive: true });
      return lines.filter((line) => JSON.parse(line).level >= WARNING);
    },
  };
}
