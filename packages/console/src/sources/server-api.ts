// Requests to the routes below `/api` and the credentials of a session. Returns errors as messages, never rejects.
// Types: `console-api.ts` of @colloquy/session; fields that an older server lacks are filled in.

import type { RedactionLevel } from '@colloquy/protocol';
import type {
  ForkRequest,
  ForkTicket,
  LockedStatus,
  RecordingList,
  RecordingSummary,
  ServerStatus,
  SessionList,
  SessionSummary,
  WatchToken,
} from '@colloquy/session';
import { objectOf } from '../log/json-value.ts';

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  /** `status` is 0 where no answer came. */
  | { readonly ok: false; readonly status: number; readonly message: string };

export interface ServerApi {
  status(): Promise<Answer<ServerStatus | LockedStatus>>;
  sessions(query?: ListQuery): Promise<Answer<readonly SessionSummary[]>>;
  /** Newest first. */
  recordings(query?: ListQuery & PageQuery): Promise<Answer<RecordingList>>;
  /** A recording as it is stored, or with more hidden. */
  recording(name: string, level: RedactionLevel | undefined, signal?: AbortSignal): Promise<Answer<Response>>;
  /** With `keepalive` the request outlives the page. */
  deleteRecording(name: string, options?: { readonly keepalive: boolean }): Promise<Answer<undefined>>;
  /** Prepares a session that goes on from a recording or a live session; `path` as `recordings/<name>`. */
  fork(path: string, request: ForkRequest): Promise<Answer<ForkTicket>>;
  /** The subprotocols that let this page into a session, or let it look at one. */
  protocols(purpose: 'open_session' | 'watch'): Promise<Answer<string[]>>;
}

/** What is listed: sessions in which a text was said, and in which all of these happened. */
export interface ListQuery {
  readonly q?: string;
  readonly has?: readonly string[];
}

export interface PageQuery {
  /** The `next` of the page before. */
  readonly before?: string;
  readonly limit?: number;
}

/** `?q=…&has=…`; empty for no parameters. */
function searchOf({ q, has = [], before, limit }: ListQuery & PageQuery): string {
  const search = new URLSearchParams();
  if (q) search.set('q', q);
  for (const trait of has) search.append('has', trait);
  if (before !== undefined) search.set('before', before);
  if (limit !== undefined) search.set('limit', String(limit));
  return search.size === 0 ? '' : `?${search}`;
}

const list = <T>(value: readonly T[] | undefined): readonly T[] => (Array.isArray(value) ? value : []);

const ANSWER_MS = 10_000;
const NOT_KNOWN = 'Unexpected answer of the server.';

/** What a server of an older version leaves out. */
const BLANK: ServerStatus = {
  version: '',
  needs_key: false,
  node: '',
  uptime_s: 0,
  relay: false,
  webrtc: false,
  engines: [],
  default_model: 'gpt-realtime',
  models: [],
  any_model: true,
  voices: [],
  missing: [],
  recordings: { enabled: false, audio: false },
  watch: { level: 'media' },
};

/**
 * `key` is asked for each time: the user may have typed it meanwhile. `onRequest` is called after each request, with whether the server
 * answered.
 */
export function createServerApi(key: () => string, onRequest: (wasAnswered: boolean) => void): ServerApi {
  async function ask(path: string, init: RequestInit = {}): Promise<Answer<Response>> {
    try {
      const response = await fetch(path, {
        cache: 'no-store',
        signal: AbortSignal.timeout(ANSWER_MS),
        ...init,
        headers: { ...(key() !== '' && { authorization: `Bearer ${key()}` }), ...init.headers },
      });
      onRequest(true);
      if (response.ok) return { ok: true, value: response };
      return { ok: false, status: response.status, message: await refusalMessage(response) };
    } catch {
      if (!init.signal?.aborted) onRequest(false);
      // Refused, cut off or too late: to whoever looks at the page it is all the same.
      return { ok: false, status: 0, message: 'The server does not answer.' };
    }
  }

  async function askFor<T>(path: string, read: (body: T) => T | undefined, init?: RequestInit): Promise<Answer<T>> {
    const answer = await ask(path, init);
    if (!answer.ok) return answer;
    try {
      const value = read(objectOf(await answer.value.json()) as T);
      if (value !== undefined) return { ok: true, value };
    } catch {
      // No JSON: told below.
    }
    return { ok: false, status: answer.value.status, message: NOT_KNOWN };
  }

  const post = (body: string): RequestInit => ({
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });

  return {
    status: () =>
      askFor<ServerStatus | LockedStatus>('/api/status', (body) => ('version' in body ? { ...BLANK, ...body } : body)),
    async sessions(query = {}) {
      const answer = await askFor<SessionList>(`/api/sessions${searchOf(query)}`, ({ sessions }) => ({
        sessions: list(sessions),
      }));
      return answer.ok ? { ok: true, value: answer.value.sessions } : answer;
    },
    recordings: (query = {}) =>
      askFor<RecordingList>(`/api/recordings${searchOf(query)}`, ({ recordings, next = null, pending = 0 }) => ({
        recordings: list<RecordingSummary>(recordings),
        next,
        pending,
      })),
    recording: (name, level, signal = new AbortController().signal) =>
      ask(`/api/recordings/${encodeURIComponent(name)}${level === undefined ? '' : `?level=${level}`}`, { signal }),
    async deleteRecording(name, { keepalive } = { keepalive: false }) {
      const answer = await ask(`/api/recordings/${encodeURIComponent(name)}`, { method: 'DELETE', keepalive });
      return answer.ok ? { ok: true, value: undefined } : answer;
    },
    fork: (path, request) =>
      askFor<ForkTicket>(
        `/api/${path}/fork`,
        (ticket) => (typeof ticket.value === 'string' ? ticket : undefined),
        post(JSON.stringify(request)),
      ),
    async protocols(purpose) {
      if (key() === '') return { ok: true, value: ['realtime'] };
      // A key is shown in a header only: what goes into a subprotocol is good for this once, or for a minute of watching.
      const path = purpose === 'watch' ? '/api/watch_tokens' : '/v1/realtime/client_secrets';
      const isToken = (body: WatchToken) => (typeof body.value === 'string' ? body : undefined);
      const answer = await askFor(path, isToken, purpose === 'watch' ? { method: 'POST' } : post('{}'));
      if (!answer.ok) return answer;
      return { ok: true, value: ['realtime', `openai-insecure-api-key.${answer.value.value}`] };
    },
  };
}

/** What a refused request says. */
export async function refusalMessage(response: Response): Promise<string> {
  try {
    const { message } = objectOf(objectOf(await response.json()).error);
    if (typeof message === 'string') return message;
  } catch {
    // No body, or none of ours: the status says enough.
  }
  return `Request refused (${response.status}).`;
}
