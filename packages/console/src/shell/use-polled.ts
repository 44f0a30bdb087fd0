// Polls the server while the page is visible.

import { useEffect, useState } from 'preact/hooks';
import type { Answer } from '../sources/server-api.ts';

const POLL_MS = 2000;

/** The latest answer. Asks at once when `again` changes. */
export function usePolled<T>(ask: () => Promise<Answer<T>>, again: unknown): Answer<T> | undefined {
  const [answer, setAnswer] = useState<Answer<T>>();
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      if (!document.hidden) {
        const next = await ask();
        if (!isOver) setAnswer(next);
      }
      if (!isOver) timer = setTimeout(look, POLL_MS);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [again]);
  return answer;
}
