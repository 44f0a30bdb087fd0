// A parrot on a free port that records each request to the engine, to check a client's history, settings and tools.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RealtimeConversationItem } from '@colloquy/protocol';
import { type Engine, parrot } from '@colloquy/server';
import { startServer, type TestServer } from '@colloquy/server/testing';
import type { ResponseConfig } from '@colloquy/session';

/** One response, as the engine was asked for it. */
export interface RecordedRequest {
  readonly config: ResponseConfig;
  /** The context, an item a line: `user: hello`, `call add {"a":1}`, `output 3`. Audio that has no words shows as `(audio)`. */
  readonly context: string[];
}

export interface Overheard {
  readonly server: TestServer;
  readonly requests: RecordedRequest[];
  /** Ends the server and answers with the lines of its log that tell of a fault: warnings and errors. */
  stop(): Promise<string[]>;
}

/** pino's number for warnings. */
const WARNING = 40;

function line(item: RealtimeConversationItem): string {
  if (item.type === 'function_call') return `call ${item.name} ${item.arguments}`;
  if (item.type === 'function_call_output') return `output ${item.output}`;
  if (item.type !== 'message') return item.type;
  const parts = item.content.map((part) => {
    if ('text' in part && part.text) return part.text;
    return ('transcript' in part && part.transcript) || '(audio)';
  });
  return `${item.role}: ${parts.join(' ')}`;
}

/** Starts it; `pace` is the milliseconds between two words. */
export async function overheard({ pace = 10, tls = false, key = 'sk-test' } = {}): Promise<Overheard> {
  const dataDir = mkdtempSync(join(tmpdir(), 'colloquy-compat-'));
  const spoken = parrot({ pace });
  const requests: RecordedRequest[] = [];
  const logged: string[] = [];
  const engine: Engine = {
    name: 'parrot',
    respond(request, host) {
      requests.push({ config: request.config, context: request.context.map(line) });
      return spoken.respond(request, host);
    },
  };
  const logTo = { write: (text: string) => void logged.push(text) };
  const server = await startServer({ engine, keys: [key], tls, dataDir, logLevel: 'info', logTo });
  return {
    server,
    requests,
    async stop() {
      await server.close();
      rmSync(dataDir, { recursive: true });
      return logged.filter((text) => JSON.parse(text).level >= WARNING);
    },
  };
}
