// Text from a session, as text. Characters that one does not see, or that turn the reading direction around, are shown by their
// number, so that nothing looks like something else.

import type { ComponentChild } from 'preact';
import { nameOf, unseenIn } from './unseen.ts';

export interface WordsProps {
  readonly text: string;
  /** Shows also the joiners that are spelling, where every character counts. */
  readonly all?: boolean;
}

export function Words({ text, all = false }: WordsProps) {
  const unseen = unseenIn(text, all);
  if (unseen.length === 0) return <bdi>{text}</bdi>;
  const pieces: ComponentChild[] = [];
  let from = 0;
  for (const { index, char } of unseen) {
    pieces.push(text.slice(from, index), <mark class="unseen">{nameOf(char)}</mark>);
    from = index + char.length;
  }
  return (
    <bdi>
      {pieces}
      {text.slice(from)}
    </bdi>
  );
}
