// Text of a session. Invisible characters and changes of reading direction are shown by their code point.

import type { ComponentChild } from 'preact';
import { nameOf, unseenIn } from './unseen.ts';

export interface SafeTextProps {
  readonly text: string;
  /** Shows also the joiners that are spelling, where every character counts. */
  readonly all?: boolean;
}

export const SafeText = ({ text, all = false }: SafeTextProps) => <bdi>{safeContent(text, all)}</bdi>;

/** What a `bdi` shows of a text. */
export function safeContent(text: string, all = false): ComponentChild {
  const unseen = unseenIn(text, all);
  if (unseen.length === 0) return text;
  const pieces: ComponentChild[] = [];
  let from = 0;
  for (const { index, char } of unseen) {
    pieces.push(text.slice(from, index), <mark class="unseen">{nameOf(char)}</mark>);
    from = index + char.length;
  }
  pieces.push(text.slice(from));
  return pieces;
}
