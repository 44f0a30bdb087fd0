// HTTP requests of hostile clients: any Host, repeated headers, invalid targets.

import { type IncomingHttpHeaders, request } from 'node:http';

export interface Answer {
  /** 101 when the upgrade succeeded. */
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Question {
  port: number;
  /** @default '/v1/realtime?model=gpt-realtime' */
  target?: string;
  method?: string;
  /** Name, value, name, value; names may repeat. `Host` is not added. */
  headers?: string[];
  body?: string;
}

export const WEBSOCKET = [
  ...['Connection', 'Upgrade', 'Upgrade', 'websocket'],
  ...['Sec-WebSocket-Version', '13', 'Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
];

/** Asks over a connection of its own; an upgraded connection is ended at once. */
export function ask({ port, target, method = 'GET', headers = [], body }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))];
    const asking = request({
      host: '127.0.0.1',
      port,
      method,
      path: target ?? '/v1/realtime?model=gpt-realtime',
      headers: [...headers, ...length] as unknown as Record<string, string>,
      setHost: false,
      agent: false,
    });
    asking.on('error', reject);
    asking.on('upgrade', (response, socket) => {
      socket.on('error', () => {});
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '' });
    });
    asking.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    asking.end(body);
  });
}

/** The `code` of an error envelope; fails when the body is none. */
export function codeOf({ body }: Answer): string {
  const { error } = JSON.parse(body) as { error: Record<string, unknown> };
  const keys = Object.keys(error).sort().join();
  if (keys !== 'code,message,param,type') throw new Error(`not an error envelope: ${keys}`);
  return String(error.code);
}
