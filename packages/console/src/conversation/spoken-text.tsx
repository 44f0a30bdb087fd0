// The transcript of an answer. While it is heard, the words that are still to come are quieter.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { endOfWord, spokenChars } from '../log/transcript-index.ts';
import type { Viewing } from '../sources/viewing.ts';
import { Said } from './said.tsx';
import { quietenFrom } from './unplayed-highlight.ts';
import { usePlayedMs } from './use-played-ms.ts';

export interface SpokenTextProps {
  readonly viewing: Viewing;
  /** How many rows are looked at. */
  readonly count: number;
  /** Of the item's session, where it has one. */
  readonly sessionId: string | undefined;
  readonly itemId: string;
  readonly contentIndex: number;
  readonly text: string;
  /** Whether more is to come. */
  readonly isOpen: boolean;
}

export function SpokenText(props: SpokenTextProps) {
  const { text, isOpen } = props;
  const paragraph = useRef<HTMLParagraphElement>(null);
  const end = usePlayedEnd(props);
  useLayoutEffect(() => {
    if (end !== undefined && paragraph.current) return quietenFrom(paragraph.current, end);
  }, [end, text]);
  return <Said {...{ text, isOpen, paragraph }} />;
}

/** Characters of the text whose words were heard; `undefined` while it is not played. */
function usePlayedEnd({ viewing, count, sessionId, itemId, contentIndex, text, isOpen }: SpokenTextProps) {
  const { playedMs, spokenMs } = usePlayedMs(viewing, itemId, contentIndex);
  const lastMs = useRef<number | undefined>(undefined);
  const now = playedMs ?? spokenMs;
  // Between two pieces of an answer that is still being made, the player may have nothing to play.
  const ms = now ?? (isOpen ? lastMs.current : undefined);
  lastMs.current = ms;
  if (ms === undefined) return undefined;
  const { audio, transcripts } = viewing.log.session(sessionId);
  const part = audio.of(itemId, contentIndex, count);
  return part && endOfWord(text, spokenChars(transcripts.of(itemId, contentIndex), part, ms, text.length));
}
