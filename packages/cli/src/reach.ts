// Options and error messages of connections to a server, over HTTP or a WebSocket.

import { readFileSync } from 'node:fs';
import { misused } from './command.ts';
import { fileErrorText } from './file-error.ts';
import { printableLine } from './printable.ts';

export interface Connecting {
  readonly key: string | undefined;
  /** A PEM file of the authority to trust in place of the system's. */
  readonly caFile: string | undefined;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** The key to show a server: our own, or on this machine the first of those that servers here ask for. */
export function keyFor(url: URL, env: NodeJS.ProcessEnv): string | undefined {
  const own = env.COLLOQUY_API_KEY;
  if (own) return own;
  return isLoopback(url) ? env.COLLOQUY_API_KEYS?.split(',')[0]?.trim() || undefined : undefined;
}

/** Reads a file of authorities. Throws `misused` when it cannot be read. */
export function readCa(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw misused(`${file} cannot be read: ${fileErrorText(error)}`);
  }
}

/** What each failure of the world means to whoever typed the command. */
const FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused; start a server with 'colloquy serve'",
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'the host name could not be resolved',
  ETIMEDOUT: 'no answer',
  ECONNRESET: 'connection closed; a wss:// address may need ws://, or the reverse',
  EPROTO: 'it does not speak TLS; use ws://',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted; give the CA file with --ca',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted; give the CA file with --ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted; give the CA file with --ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted; give the CA file with --ca',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

/** What a failure of a connection means, in a few words. */
export function explain(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (Object.hasOwn(FAULTS, code)) return FAULTS[code] ?? code;
  if (error.message.includes('Opening handshake has timed out')) return FAULTS.ETIMEDOUT ?? '';
  if (error.message.includes('socket hang up')) return FAULTS.ECONNRESET ?? '';
  return code || 'it does not speak WebSocket';
}

/** The JSON of an answer; `undefined` where it is none. */
export function answerJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not our kind of server: its status says enough.
    return undefined;
  }
}

/** What a refusal says: the message of its JSON envelope [RT13], printable, or nothing. */
export function refusalText(body: string): string {
  const answer = answerJson(body);
  const { error } = (typeof answer === 'object' && answer !== null ? answer : {}) as { error?: { message?: unknown } };
  const message = error?.message;
  return typeof message === 'string' ? printableLine(message.slice(0, 512)) : '';
}
