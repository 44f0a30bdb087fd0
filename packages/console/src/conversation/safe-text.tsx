// Text of a session. Invisible characters and changes of reading direction are shown by their code point.

import type { ComponentChild } from 'preact';
import { nameOf, unseenIn } from './unseen.ts';

export interface SafeTextProps {
  readonly text: string;
  /** Shows also the joiners that are spelling, where every character counts. */
  readonly all?: boolean;
}

export function SafeText({ text, all = false }: SafeTextProps) {
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
