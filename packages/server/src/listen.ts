// The listeners of a server: plain and, with `tls`, TLS; on loopback both IPv4 and IPv6. Request handlers: `create-server.ts`.

import type { Server as HttpServer, IncomingMessage, RequestListener } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ColloquyError } from '@colloquy/protocol';
import { answerSocket, httpAnswer } from './http/http-answer.ts';
import { refusal } from './http/refusals.ts';
import { developmentTls } from './http/tls.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';
import type { ServerOptions } from './options.ts';
import type { Services } from './services.ts';

/** The addresses of a listening server. */
export interface Listening {
  /** `http://127.0.0.1:8787` */
  readonly url: string;
  readonly port: number;
  /** With TLS only. */
  readonly tlsUrl?: string;
  readonly tlsPort?: number;
  /** File of the certificate authority that signed the development certificate. */
  readonly caFile?: string;
}

type ListenOptions = Pick<ServerOptions, 'port' | 'tls' | 'tlsPort' | 'dataDir'> & { readonly host: string };

export interface Handlers {
  readonly request: RequestListener;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export class Listeners {
  readonly #options: ListenOptions;
  readonly #limits: Limits;
  readonly #log: Log;
  readonly #servers: HttpServer[] = [];

  constructor(options: ListenOptions, { limits, log }: Services) {
    this.#options = options;
    this.#limits = limits;
    this.#log = log;
  }

  /** Rejects with `port_in_use` or `invalid_configuration`. Then call `close`: some listeners may be open. */
  async open(handlers: Handlers): Promise<Listening> {
    const { host, tls, port = 8787, tlsPort = 8788, dataDir } = this.#options;
    const { handshakeMs } = this.#limits;
    const common = {
      headersTimeout: handshakeMs,
      requestTimeout: handshakeMs * 3,
      connectionsCheckingInterval: Math.min(1000, handshakeMs / 2),
      requireHostHeader: false, // the authorizer refuses it with our error body [AU17]
    };
    const hint = tlsHint(this.#log);
    const plainPort = await this.#listen(() => createHttpServer(common, handlers.request), handlers, port, hint);
    const plain = { url: `http://${dialableHost(host)}:${plainPort}`, port: plainPort };
    if (!tls) return plain;
    const pem = tls === true ? await developmentTls(dataDir) : tls;
    const secured = { ...common, key: pem.key, cert: pem.cert, handshakeTimeout: handshakeMs };
    const securedPort = await this.#listen(() => createHttpsServer(secured, handlers.request), handlers, tlsPort);
    const tlsUrl = `https://${dialableHost(host)}:${securedPort}`;
    return { ...plain, tlsUrl, tlsPort: securedPort, ...('caFile' in pem && { caFile: pem.caFile }) };
  }

  /** Stops listening and closes connections that are not upgraded. */
  async close(): Promise<void> {
    const all = this.#servers.splice(0);
    const closing = all.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const server of all) server.closeAllConnections();
    await Promise.all(closing);
  }

  /** Opens a listener; for `localhost` on IPv4 and, if available, IPv6. */
  async #listen(make: () => HttpServer, { upgrade }: Handlers, port: number, hint?: TlsHint): Promise<number> {
    const { host } = this.#options;
    const add = async (address: string, at: number) => {
      const server = make();
      server.on('upgrade', upgrade);
      server.on('clientError', (error: ClientError, socket: Socket) => refuseGarbage(error, socket, hint));
      await waitForListening(server, address, at);
      this.#servers.push(server);
      return (server.address() as AddressInfo).port;
    };
    if (host !== 'localhost') return add(host, port);
    const boundPort = await add('127.0.0.1', port);
    await add('::1', boundPort).catch(() => this.#log.debug({ port: boundPort }, 'no IPv6 loopback'));
    return boundPort;
  }
}

export const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
export const isWildcard = (host: string) => host === '0.0.0.0' || host === '::';
/** A host as written in a URL. */
export const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host);
/** A host that a client on this machine can connect to. */
const dialableHost = (host: string) => (host === 'localhost' || host === '0.0.0.0' ? '127.0.0.1' : bracketed(host));

/** Resolves when the server listens. Later errors are ignored, but need a listener. */
function waitForListening(server: HttpServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const [code, reason] =
        cause.code === 'EADDRINUSE'
          ? (['port_in_use', `port ${port} is in use`] as const)
          : (['invalid_configuration', `cannot listen on ${host}: ${cause.code ?? 'unknown'}`] as const);
      reject(new ColloquyError(code, reason, { cause }));
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error').on('error', () => {}); // such as EMFILE in accept: a later attempt may succeed
      resolve();
    });
  });
}

type ClientError = Error & { code?: string; rawPacket?: Buffer };
type TlsHint = (error: ClientError) => void;

/** Logs once if a client uses TLS on the plain port. */
function tlsHint(log: Log): TlsHint {
  let isLogged = false;
  return ({ rawPacket }) => {
    if (isLogged || rawPacket?.[0] !== 0x16 || rawPacket[1] !== 0x03) return;
    isLogged = true;
    log.warn({ setting: '--tls' }, 'a client speaks TLS to the plain port; start with --tls and give it the TLS port');
  };
}

/** Answers a request that is not valid HTTP. */
function refuseGarbage(error: ClientError, socket: Socket, hint: TlsHint | undefined): void {
  hint?.(error);
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) return void socket.destroy();
  const message =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'The request took too long.' : 'The request is not valid HTTP.';
  answerSocket(socket, httpAnswer(refusal('invalid_value', message)));
}
