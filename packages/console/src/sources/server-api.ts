// What the server this page came from answers below `/api` and `/v1`, asked for and read with care: the page may be older than the
// server. Nothing here rejects: what went wrong comes back in words.

/** An engine of the server. */
export interface EngineStatus {
  readonly name: string;
  readonly voices: readonly string[] | null;
  readonly missing: readonly string[];
}

export interface ServerStatus {
  /** Whether a key is needed; with one, and none shown, nothing else is known. */
  readonly needsKey: boolean;
  readonly version: string;
  readonly engines: readonly EngineStatus[];
  readonly models: readonly string[];
  readonly defaultModel: string;
  readonly voices: readonly string[];
  readonly missing: readonly string[];
  readonly recordings: { readonly enabled: boolean; readonly audio: boolean };
  /** What observers are shown at most; `null` where nobody may watch. */
  readonly watchLevel: string | null;
}

export interface SessionSummary {
  readonly id: string;
  readonly type: string;
  readonly model: string;
  readonly engine: string;
  /** Unix seconds; `undefined` when the server does not say. */
  readonly startedAt: number | undefined;
  readonly items: number | undefined;
  readonly recording: string | undefined;
}

export interface RecordingSummary {
  readonly name: string;
  readonly session: string;
  /** Unix milliseconds. */
  readonly startedAt: number | undefined;
  readonly bytes: number | undefined;
  readonly isLive: boolean;
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  /** `status` is 0 where no answer came. */
  | { readonly ok: false; readonly status: number; readonly words: string };

type Json = Readonly<Record<string, unknown>>;
const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const text = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown): string[] => list(value).filter((each) => typeof each === 'string');
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const ANSWER_MS = 10_000;

export interface ServerApi {
  status(): Promise<Answer<ServerStatus>>;
  sessions(): Promise<Answer<SessionSummary[]>>;
  recordings(): Promise<Answer<RecordingSummary[]>>;
  /** The lines of a recording as they stand on the server's disk, hidden as `level` says. */
  recording(name: string, level: string | undefined, signal: AbortSignal): Promise<Answer<Response>>;
  deleteRecording(name: string): Promise<Answer<undefined>>;
  /** Subprotocols that open a session, or a look at one. */
  protocols(wanted: 'session' | 'look'): Promise<Answer<string[]>>;
}

/** `key` is asked for each time: the user may have typed it meanwhile. */
export function createServerApi(key: () => string): ServerApi {
  async function ask(path: string, init: RequestInit = {}): Promise<Answer<Response>> {
    try {
      const response = await fetch(path, {
        cache: 'no-store',
        signal: AbortSignal.timeout(ANSWER_MS),
        ...init,
        headers: { accept: 'application/json', ...(key() && { authorization: `Bearer ${key()}` }), ...init.headers },
      });
      if (response.ok) return { ok: true, value: response };
      return { ok: false, status: response.status, words: await refusalWords(response) };
    } catch {
      // Refused, cut off or too late: to whoever looks at the page it is all the same.
      return { ok: false, status: 0, words: 'The server does not answer.' };
    }
  }

  async function askFor<T>(path: string, read: (body: Json) => T, init?: RequestInit): Promise<Answer<T>> {
    const answer = await ask(path, init);
    if (!answer.ok) return answer;
    try {
      return { ok: true, value: read(object(await answer.value.json())) };
    } catch {
      return { ok: false, status: answer.value.status, words: 'The server answers in a way this page does not know.' };
    }
  }

  return {
    status: () => askFor('/api/status', readStatus),
    sessions: () => askFor('/api/sessions', ({ sessions }) => list(sessions).flatMap(readSession)),
    recordings: () => askFor('/api/recordings', ({ recordings }) => list(recordings).flatMap(readRecordingSummary)),
    recording: (name, level, signal) =>
      ask(`/api/recordings/${encodeURIComponent(name)}${level === undefined ? '' : `?level=${level}`}`, {
        signal,
        headers: { accept: 'application/x-ndjson, application/json' },
      }),
    async deleteRecording(name) {
      const answer = await ask(`/api/recordings/${encodeURIComponent(name)}`, { method: 'DELETE' });
      return answer.ok ? { ok: true, value: undefined } : answer;
    },
    async protocols(wanted) {
      if (key() === '') return { ok: true, value: ['realtime'] };
      const [path, body] = wanted === 'look' ? ['/api/look_tokens', '{}'] : ['/v1/realtime/client_secrets', '{}'];
      const answer = await askFor(path, ({ value }) => text(value), {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      if (!answer.ok) return answer;
      return { ok: true, value: ['realtime', `openai-insecure-api-key.${answer.value}`] };
    },
  };
}

async function refusalWords(response: Response): Promise<string> {
  try {
    const { message } = object(object(await response.json()).error);
    if (typeof message === 'string') return message;
  } catch {
    // No body, or none of ours: the status says enough.
  }
  return `The server refuses (${response.status}).`;
}

function readStatus(body: Json): ServerStatus {
  const engines = list(body.engines).map((each) => {
    const { name, voices, missing } = object(each);
    return { name: text(name), voices: voices === null ? null : texts(voices), missing: texts(missing) };
  });
  const recordings = object(body.recordings);
  const { level } = object(body.watch);
  return {
    needsKey: body.needs_key === true,
    version: text(body.version),
    engines,
    models: texts(body.models),
    defaultModel: text(body.default_model, 'gpt-realtime'),
    voices: texts(body.voices),
    missing: texts(body.missing),
    recordings: { enabled: recordings.enabled === true, audio: recordings.audio === true },
    watchLevel: level === undefined ? 'media' : typeof level === 'string' ? level : null,
  };
}

function readSession(value: unknown): SessionSummary[] {
  const { id, type, model, engine, started_at, items, recording } = object(value);
  if (typeof id !== 'string') return [];
  const known = { id, type: text(type), model: text(model), engine: text(engine) };
  return [
    {
      ...known,
      startedAt: number(started_at),
      items: number(items),
      recording: typeof recording === 'string' ? recording : undefined,
    },
  ];
}

function readRecordingSummary(value: unknown): RecordingSummary[] {
  const { name, session, started_at, bytes, size, live, is_live } = object(value);
  if (typeof name !== 'string') return [];
  return [
    {
      name,
      session: text(session),
      startedAt: number(started_at),
      bytes: number(bytes) ?? number(size),
      isLive: live === true || is_live === true,
    },
  ];
}
