// The lists of a running server: live sessions and recordings (docs/console-api.md). Recordings of a folder: `readRecordings` of
// @colloquy/server.

import { ColloquyError } from '@colloquy/protocol';
import type { RecordingList, RecordingSummary, SessionList, SessionSummary } from '@colloquy/session';
import { type Answer, ask } from './ask.ts';
import { misused } from './command.ts';
import type { Connecting } from './reach.ts';

/** Address of `colloquy serve` without options. */
export const DEFAULT_SERVER = 'http://127.0.0.1:8787';

export interface ListQuery {
  readonly q: string | undefined;
  readonly has: readonly string[];
  /** Maximum recordings. */
  readonly limit: number;
}

export interface Lists {
  readonly sessions: readonly SessionSummary[];
  readonly recordings: readonly RecordingSummary[];
  /** Recordings whose summary is being computed. */
  readonly pending: number;
}

const MAX_PAGE_SIZE = 200;
/** Maximum requests for one list: with a filter, a page may be empty. */
const MAX_PAGES = 100;

/** Reads the address of a server. Throws `misused` for anything else. */
export function serverAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '')
    throw misused(`the address of a server is http://host:port, as ${DEFAULT_SERVER}`);
  if (url.username !== '' || url.password !== '')
    throw misused('the URL must not contain credentials; set COLLOQUY_API_KEY');
  return url;
}

/** Rejects with `upstream_error`, in one line, if the server does not answer or refuses. */
export async function listOfServer(server: URL, query: ListQuery, connecting: Connecting): Promise<Lists> {
  const { sessions } = bodyOf<SessionList>(server, await ask(listUrl('/api/sessions', server, query), connecting));
  return { sessions: sessions ?? [], ...(await recordingsOfServer(server, query, connecting)) };
}

/** The recordings alone; none if the server does not record. */
export async function recordingsOfServer(
  server: URL,
  query: ListQuery,
  connecting: Connecting,
): Promise<Omit<Lists, 'sessions'>> {
  const all: RecordingSummary[] = [];
  let pending = 0;
  let before: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const url = listUrl('/api/recordings', server, query);
    url.searchParams.set('limit', String(Math.min(MAX_PAGE_SIZE, query.limit - all.length)));
    if (before !== null) url.searchParams.set('before', before);
    const answer = await ask(url, connecting);
    if (answer.status === 404) break;
    const list = bodyOf<RecordingList>(server, answer);
    all.push(...(list.recordings ?? []));
    pending += list.pending ?? 0;
    before = list.next ?? null;
    if (before === null || all.length >= query.limit) break;
  }
  return { recordings: all, pending };
}

function listUrl(path: string, server: URL, { q, has }: ListQuery): URL {
  const url = new URL(path, server);
  if (q !== undefined) url.searchParams.set('q', q);
  for (const name of has) url.searchParams.append('has', name);
  return url;
}

/** A server of an older version, or another one, may leave any field out. */
function bodyOf<T>(server: URL, { status, body, refusal }: Answer): Partial<T> {
  if (status === 200 && typeof body === 'object' && body !== null) return body;
  const reason = status === 200 ? 'it is not a Colloquy server' : `refused with ${status}${refusal && `: ${refusal}`}`;
  throw new ColloquyError('upstream_error', `${server.origin}: ${reason}`);
}
