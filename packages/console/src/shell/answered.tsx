// The answer of the server's API, or why there is none.

import type { ComponentChildren } from 'preact';
import type { Answer } from '../sources/server-api.ts';

/** Shows what was asked for, or why there is nothing to show. */
export function Answered<T>(props: { answer: Answer<T> | undefined; children: (value: T) => ComponentChildren }) {
  const { answer, children } = props;
  if (!answer) return <p>Loading …</p>;
  return answer.ok ? children(answer.value) : <p class="trouble">{answer.message}</p>;
}
