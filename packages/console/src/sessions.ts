// What the server says about its live sessions: asked for, and read with care, since the page outlives server versions.

/** One live session, as `GET /api/sessions` lists it. */
export interface LiveSession {
  readonly id: string;
  readonly kind: string;
  readonly model: string;
  /** Unix seconds; `undefined` when the server does not say. */
  readonly startedAt: number | undefined;
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');

function readSession(value: unknown): LiveSession[] {
  if (typeof value !== 'object' || value === null) return [];
  const { id, type, model, started_at: startedAt } = value as Record<string, unknown>;
  if (typeof id !== 'string') return [];
  return [
    { id, kind: text(type), model: text(model), startedAt: typeof startedAt === 'number' ? startedAt : undefined },
  ];
}

/** What came of asking: the sessions, or why there are none to show. */
export type Answer = { ok: true; sessions: LiveSession[] } | { ok: false; isThere: boolean; why: string };

/** Asks the server this page came from. Never rejects. */
export async function fetchSessions(signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch('/api/sessions', {
      signal,
      headers: { accept: 'application/json' },
      cache: 'no-store',
    });
    if (response.status === 401) {
      return { ok: false, isThere: true, why: 'This server asks for keys; ask GET /api/sessions with one.' };
    }
    if (!response.ok) return { ok: false, isThere: true, why: `The server does not list them (${response.status}).` };
    const body: unknown = await response.json();
    const { sessions } = (typeof body === 'object' && body !== null ? body : {}) as { sessions?: unknown };
    return { ok: true, sessions: Array.isArray(sessions) ? sessions.flatMap(readSession) : [] };
  } catch {
    // Refused, cut off or no JSON: to whoever looks at the page it is all the same.
    return { ok: false, isThere: false, why: 'The server does not answer.' };
  }
}
