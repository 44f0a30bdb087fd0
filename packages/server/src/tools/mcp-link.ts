// The connection to one MCP server as long as a session needs it: one for all who use it at once, made anew when it can no longer
// be used, closed when nobody uses it any more. How a connection is made is `mcp-client.ts`.

import type { McpClient } from './mcp-client.ts';

export interface McpLink {
  /** Whether there is a connection that nobody is using. */
  readonly isIdle: boolean;
  /** Whether there is a connection, or will be. */
  readonly isConnected: boolean;
  /**
   * Works with the connection there is, or else with a new one. `isNew`: it was made for this. Rejects as making it does, and as
   * `work` does.
   */
  use<T>(signal: AbortSignal, work: (client: McpClient, isNew: boolean) => Promise<T>): Promise<T>;
  /** Whoever comes next gets a new connection, unless `client` is no longer the one there is; who is using that may finish. */
  renew(client?: McpClient): void;
  /** Ends all connections now. */
  close(): void;
}

interface Held {
  readonly made: Promise<McpClient>;
  /** As soon as it is made. */
  client: McpClient | undefined;
  users: number;
}

/** `connect` makes a connection; the signal is that of the first who needs it. */
export function mcpLink(connect: (signal: AbortSignal) => Promise<McpClient>): McpLink {
  const all = new Set<Held>();
  let current: Held | undefined;

  function end(held: Held): void {
    all.delete(held);
    void held.made.then((client) => client.close()).catch(() => {}); // it never came to be open
  }

  function retire(held: Held | undefined): void {
    if (held !== current) return;
    current = undefined;
    if (held?.users === 0) end(held);
  }

  function release(held: Held): void {
    held.users -= 1;
    if (held.users === 0 && held !== current) end(held);
  }

  /** The connection there is, or the one that is made now; `undefined` when the one there was cannot be used any more. */
  async function take(signal: AbortSignal): Promise<{ held: Held; client: McpClient; isNew: boolean } | undefined> {
    const isNew = current === undefined;
    const held = current ?? { made: connect(signal), client: undefined, users: 0 };
    current = held;
    all.add(held);
    held.users += 1;
    try {
      const client = await held.made;
      held.client = client;
      if (client.isOpen || isNew) return { held, client, isNew };
    } catch (error) {
      if (isNew) {
        retire(held);
        release(held);
        throw error;
      }
    }
    retire(held);
    release(held);
    return undefined;
  }

  return {
    get isIdle() {
      return current?.users === 0;
    },
    get isConnected() {
      return current !== undefined;
    },
    async use(signal, work) {
      for (;;) {
        const taken = await take(signal);
        if (!taken) continue;
        try {
          return await work(taken.client, taken.isNew);
        } finally {
          release(taken.held);
        }
      }
    },
    renew: (client) => {
      if (!client || client === current?.client) retire(current);
    },
    close() {
      current = undefined;
      for (const held of all) end(held);
    },
  };
}
