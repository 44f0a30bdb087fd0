// Loaded into Node programs by `colloquy watch`: sends their requests to https://api.openai.com/v1/realtime to the watching
// server, because some SDKs have this address built in. Every other request is left alone. Imports nothing of ours.

import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

const HOST = 'api.openai.com';
const PATH = /^\/v1\/realtime(?:[/?]|$)/;

/** The address at the server, if this one is redirected. */
function movedUrl(address: string, to: URL): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.hostname !== HOST || !PATH.test(url.pathname)) return address;
  url.host = to.host;
  return url.href;
}

/** Arguments of `https.request`: an address or options come first. */
function movedArguments([first, ...rest]: unknown[], to: URL): unknown[] {
  if (typeof first === 'string' || first instanceof URL) return [movedUrl(String(first), to), ...rest];
  const { host, hostname = host, path } = (first ?? {}) as https.RequestOptions;
  if (hostname !== HOST || !PATH.test(path ?? '')) return [first, ...rest];
  const { hostname: place, port } = to;
  return [{ ...(first as https.RequestOptions), host: place, hostname: place, port }, ...rest];
}

function redirectRequests(to: URL): void {
  const request = https.request as (...args: unknown[]) => ReturnType<typeof https.request>;
  https.request = ((...args: unknown[]) => request(...movedArguments(args, to))) as typeof https.request;
  syncBuiltinESMExports();
}

function redirectFetch(to: URL): void {
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    if (!(input instanceof Request)) return fetch(movedUrl(String(input), to), init);
    const moved = movedUrl(input.url, to);
    return fetch(moved === input.url ? input : new Request(moved, input), init);
  };
}

/** Node 22 and newer. */
function redirectWebSocket(to: URL): void {
  const Original = globalThis.WebSocket as typeof WebSocket | undefined;
  if (!Original) return;
  globalThis.WebSocket = class extends Original {
    constructor(...[address, protocols]: ConstructorParameters<typeof WebSocket>) {
      super(movedUrl(String(address), to), protocols);
    }
  };
}

const server = process.env.COLLOQUY_WATCH_URL;
if (server && URL.canParse(server)) {
  const to = new URL(server);
  redirectRequests(to);
  redirectFetch(to);
  redirectWebSocket(to);
}
