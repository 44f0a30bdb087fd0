// The transport of the official MCP client for a dialect, over our own `fetch`.

import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { GuardedFetch } from './guarded-fetch.ts';

export async function openMcpTransport(
  address: string,
  dialect: 'streamable' | 'sse',
  fetch: GuardedFetch['fetch'],
): Promise<Transport> {
  const url = new URL(address);
  if (dialect === 'sse') {
    const { SSEClientTransport } = await import('@modelcontextprotocol/sdk/client/sse.js');
    return new SSEClientTransport(url, { fetch });
  }
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  // Its optional members are typed without `undefined`, those of `Transport` with it.
  return new StreamableHTTPClientTransport(url, { fetch }) as Transport;
}
