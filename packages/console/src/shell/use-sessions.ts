// The live sessions, updated while a view shows them.

import type { SessionSummary } from '@colloquy/session';
import { useEffect, useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import type { Answer } from '../sources/server-api.ts';
import { followSessions } from '../sources/session-list.ts';

export function useSessions({
  api,
  key,
}: Pick<AppState, 'api' | 'key'>): Answer<readonly SessionSummary[]> | undefined {
  const [list, setList] = useState<Answer<readonly SessionSummary[]>>();
  useEffect(() => {
    const over = new AbortController();
    void followSessions(api, setList, over.signal);
    return () => over.abort();
  }, [key.value]);
  return list;
}
