// HTTP requests to a server. WebSockets: `connect.ts`.

import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { ColloquyError } from '@colloquy/protocol';
import { answerJson, type Connecting, explain, readCa, refusalText } from './reach.ts';

const ANSWER_MS = 10_000;
/** Longest answer that is read, in bytes: ten thousand sessions take less. */
const ANSWER_BYTES = 16 * 1024 * 1024;

export interface Answer {
  readonly status: number;
  /** Its JSON; `undefined` where it is none. */
  readonly body: unknown;
  /** What a refusal says, printable; `''` where it says nothing. */
  readonly refusal: string;
}

/** Asks for what is at an address. Rejects with `upstream_error`, in one line, when nobody answers. */
export function ask(url: URL, { key, caFile }: Connecting): Promise<Answer> {
  const options = {
    headers: { 'user-agent': 'colloquy', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    timeout: ANSWER_MS,
    ...(caFile !== undefined && { ca: readCa(caFile) }),
  };
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => reject(new ColloquyError('upstream_error', `${url.origin}: ${why}`));
    const asking = (url.protocol === 'https:' ? https : http).get(url, options);
    asking.on('error', (error) => refuse(explain(error)));
    asking.on('timeout', () => asking.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    asking.on('response', (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES) response.destroy(new Error('too much'));
      });
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, body: answerJson(body), refusal: refusalText(body) }),
        () => refuse('the answer was incomplete'),
      );
    });
  });
}
