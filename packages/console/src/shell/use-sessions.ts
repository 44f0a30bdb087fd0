// The live sessions, updated while a view shows them.

import type { SessionSummary } from '@colloquy/session';
import { useEffect, useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import type { Answer } from '../sources/server-api.ts';
import { followSessions } from '../sources/session-list.ts';

export function useSessions({
  api,
  key,
  link,
}: Pick<AppState, 'api' | 'key' | 'link'>): Answer<readonly SessionSummary[]> | undefined {
  const [list, setList] = useState<Answer<readonly SessionSummary[]>>();
  // A server that does not answer is asked by the link alone.
  const isLost = link.state.value.kind === 'lost';
  useEffect(() => {
    if (isLost) return;
    const over = new AbortController();
    void followSessions(api, setList, () => link.onSocketLost(), over.signal);
    return () => over.abort();
  }, [key.value, isLost]);
  return list;
}
