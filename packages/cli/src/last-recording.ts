// The newest recording of a server, downloaded into a temporary file that only its owner can read.

import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ColloquyError } from '@colloquy/protocol';
import { type Connecting, keyFor, readCa } from './reach.ts';
import { recordingsOfServer } from './server-lists.ts';

/** A log as a file of this machine. */
export interface LocalLog {
  readonly file: string;
  /** For people. */
  readonly name: string;
  /** Removes what was downloaded. */
  remove(): void;
}

const STALL_MS = 30_000;

/** A file of the user's; it is not removed. */
export const localLog = (file: string): LocalLog => ({ file, name: file, remove() {} });

/** Rejects with `not_found` if the server has no recordings, and with `upstream_error` if it does not answer. */
export async function newestOfServer(server: URL, caFile: string | undefined): Promise<LocalLog> {
  const connecting = { key: keyFor(server, process.env), caFile };
  const query = { q: undefined, has: [], limit: 1 };
  const { recordings } = await recordingsOfServer(server, query, connecting);
  const name = recordings[0]?.name;
  if (typeof name !== 'string') {
    const reason = "it has no recordings; 'colloquy serve --data-dir <folder>' records";
    throw new ColloquyError('not_found', `${server.origin}: ${reason}`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const file = join(folder, 'recording.jsonl');
  try {
    await download(new URL(`/api/recordings/${encodeURIComponent(name)}`, server), connecting, file);
  } catch (error) {
    remove();
    const code = ColloquyError.is(error) ? error.message : ((error as NodeJS.ErrnoException).code ?? 'incomplete');
    throw new ColloquyError('upstream_error', `${server.origin}: the recording cannot be downloaded: ${code}`);
  }
  return { file, name: `${name}.jsonl`, remove };
}

function download(url: URL, { key, caFile }: Connecting, file: string): Promise<void> {
  const options = {
    headers: { 'user-agent': 'colloquy', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    timeout: STALL_MS,
    ...(caFile !== undefined && { ca: readCa(caFile) }),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).get(url, options);
    request.on('timeout', () => request.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    request.on('error', reject);
    request.on('response', (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        return reject(new ColloquyError('upstream_error', `refused with ${response.statusCode}`));
      }
      pipeline(response, createWriteStream(file, { mode: 0o600 })).then(resolve, reject);
    });
  });
}
