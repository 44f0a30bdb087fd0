// A text or transcript of a message, as one paragraph.

import type { Ref } from 'preact';
import { SafeText } from './safe-text.tsx';

export interface SaidProps {
  readonly text: string;
  /** Whether more is to come. */
  readonly isOpen: boolean;
  readonly paragraph?: Ref<HTMLParagraphElement>;
}

export function Said({ text, isOpen, paragraph = null }: SaidProps) {
  if (text === '' && !isOpen) return null;
  return (
    <p ref={paragraph} class="said" data-open={isOpen || undefined}>
      <SafeText text={text} />
    </p>
  );
}
