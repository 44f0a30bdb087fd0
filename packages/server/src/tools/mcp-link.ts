// Shares one connection to an MCP server within a session: connects on demand, reconnects when it is unusable, closes
// it when unused. Connecting: `mcp-client.ts`.

import type { McpClient } from './mcp-client.ts';

export interface McpLink {
  /** True if there is a connection and nothing uses it. */
  readonly isIdle: boolean;
  /** True if a connection is open or being opened. */
  readonly isConnected: boolean;
  /** Runs `work` on the current connection, or on a new one (`isNew`). Rejects if connecting or `work` does. */
  use<T>(signal: AbortSignal, work: (client: McpClient, isNew: boolean) => Promise<T>): Promise<T>;
  /**
   * Makes the next `use` open a new connection, unless `client` has already been replaced. Work in progress may finish.
   */
  renew(client?: McpClient): void;
  /** Closes all connections immediately. */
  close(): void;
}

interface Connection {
  readonly made: Promise<McpClient>;
  /** Set when the connection is open. */
  client: McpClient | undefined;
  users: number;
}

/** `connect` opens a connection; the signal is that of the first user. */
export function mcpLink(connect: (signal: AbortSignal) => Promise<McpClient>): McpLink {
  const all = new Set<Connection>();
  let current: Connection | undefined;

  function end(connection: Connection): void {
    all.delete(connection);
    void connection.made.then((client) => client.close()).catch(() => {}); // // it never opened
  }

  function retire(connection: Connection | undefined): void {
    if (connection !== current) return;
    current = undefined;
    if (connection?.users === 0) end(connection);
  }

  function release(connection: Connection): void {
    connection.users -= 1;
    if (connection.users === 0 && connection !== current) end(connection);
  }

  /** Acquires the current connection or opens one; `undefined` if the current one turned out to be unusable. */
  async function acquire(
    signal: AbortSignal,
  ): Promise<{ connection: Connection; client: McpClient; isNew: boolean } | undefined> {
    const isNew = current === undefined;
    const connection = current ?? { made: connect(signal), client: undefined, users: 0 };
    current = connection;
    all.add(connection);
    connection.users += 1;
    try {
      const client = await connection.made;
      connection.client = client;
      if (client.isOpen || isNew) return { connection, client, isNew };
    } catch (error) {
      if (isNew) {
        retire(connection);
        release(connection);
        throw error;
      }
    }
    retire(connection);
    release(connection);
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
        const acquired = await acquire(signal);
        if (!acquired) continue;
        try {
          return await work(acquired.client, acquired.isNew);
        } finally {
          release(acquired.connection);
        }
      }
    },
    renew: (client) => {
      if (!client || client === current?.client) retire(current);
    },
    close() {
      current = undefined;
      for (const connection of all) end(connection);
    },
  };
}
