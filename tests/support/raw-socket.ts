// A WebSocket opened header by header, to replay recorded handshakes of real clients. Text frames only, without a library.

import { randomBytes } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import type { Socket } from 'node:net';

export interface ServerFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

export interface Opened {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body of a refusal. */
  readonly body: string;
  send(text: string): void;
  /** The next frame's event; rejects when the server closes instead, naming its code. */
  next(): Promise<{ type: string; [key: string]: unknown }>;
  /** Sends a close frame, without a code where it is undefined, and waits for the end; resolves with the server's code. */
  close(code?: number): Promise<number | undefined>;
  destroy(): void;
}

const TEXT = 1;
const CLOSE = 8;

function frame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const head =
    payload.length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | payload.length])
      : Buffer.from([0x80 | opcode, 0xfe, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}

/** Takes the first whole frame off the front; `undefined` until there is one. */
function takeFrame(bytes: Buffer): { frame: ServerFrame; rest: Buffer } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const start = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < start) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (bytes.length < start + length) return undefined;
  const opcode = bytes.readUInt8(0) & 0x0f;
  return { frame: { opcode, payload: bytes.subarray(start, start + length) }, rest: bytes.subarray(start + length) };
}

/** Frames as they come, and one reader who may wait for them. */
function readFrames(socket: Socket, head: Buffer) {
  const frames: ServerFrame[] = [];
  let bytes = head;
  let isOver = false;
  let wake = () => {};
  const readFrame = () => {
    for (let taken = takeFrame(bytes); taken; taken = takeFrame(bytes)) {
      frames.push(taken.frame);
      bytes = taken.rest;
    }
    wake();
  };
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    readFrame();
  });
  socket.on('error', () => socket.destroy()); // the close that follows says it
  socket.on('close', () => {
    isOver = true;
    wake();
  });
  readFrame();
  return async (): Promise<ServerFrame | undefined> => {
    while (frames.length === 0 && !isOver) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return frames.shift();
  };
}

const closeCode = ({ payload }: ServerFrame) => (payload.length >= 2 ? payload.readUInt16BE(0) : undefined);

function overSocket(socket: Socket, head: Buffer): Pick<Opened, 'send' | 'next' | 'close' | 'destroy'> {
  const read = readFrames(socket, head);
  return {
    send: (text) => void socket.write(frame(TEXT, Buffer.from(text))),
    async next() {
      for (;;) {
        const frame = await read();
        if (frame?.opcode === TEXT) return JSON.parse(frame.payload.toString());
        if (!frame || frame.opcode === CLOSE) throw new Error(`closed with ${frame && closeCode(frame)}`);
      }
    },
    async close(code) {
      const payload = Buffer.alloc(code === undefined ? 0 : 2);
      if (code !== undefined) payload.writeUInt16BE(code);
      socket.write(frame(CLOSE, payload));
      for (let frame = await read(); frame; frame = await read()) if (frame.opcode === CLOSE) return closeCode(frame);
      return undefined;
    },
    destroy: () => socket.destroy(),
  };
}

/** Asks for a WebSocket with exactly these headers, in this order, beside `Host` and the key. */
export function openRaw(
  origin: string,
  target: string,
  headers: readonly (readonly [string, string])[],
): Promise<Opened> {
  const { hostname, port, host } = new URL(origin);
  const requests = [['Host', host], ['Sec-WebSocket-Key', randomBytes(16).toString('base64')], ...headers];
  return new Promise((resolve, reject) => {
    const asking = request({ hostname, port, path: target, headers: requests.flat(), agent: false });
    asking.on('error', reject);
    asking.on('upgrade', (response, socket, head) => {
      const carried = overSocket(socket as Socket, head);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '', ...carried });
    });
    asking.on('response', async (response) => {
      let body = '';
      for await (const chunk of response.setEncoding('utf8')) body += chunk;
      const none = () => {
        throw new Error(`refused with ${response.statusCode}`);
      };
      const refused = { send: none, next: async () => none(), close: async () => undefined, destroy: () => {} };
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body, ...refused });
    });
    asking.end();
  });
}
