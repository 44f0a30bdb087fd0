// What the user said first in a session, read from a mirror that holds the user's messages only. Used by
// `session-summary.ts`.

import { hideCredentials, redact } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import { createMirror, type Mirror } from '../mirror/mirror.ts';
import type { LoggedFrame } from '../recording/foreign-log.ts';

export interface FirstMessage {
  /** Observes the next server event. Never throws. */
  observe(event: LoggedFrame['event']): void;
  /** At most 120 characters on one line, without credentials; `null` if nothing is known. */
  read(): string | null;
}

const MAX_CHARS = 120;
/** Characters of one message that are read: what is hidden shortens a text. */
const MAX_READ_CHARS = 16_384;
/** Maximum characters of the events in the mirror. The words are final when it is full. */
const MAX_HELD_CHARS = 256 * 1024;
const REDACTED = '[REDACTED]';
const TRANSCRIPTION = 'conversation.item.input_audio_transcription.';

/** Whether a value is text that was not redacted. */
export const isReadable = (text: unknown): text is string =>
  typeof text === 'string' && text !== '' && text !== REDACTED;

export function createFirstMessage(): FirstMessage {
  /** `undefined` once the words are final. */
  let mirror: Mirror | undefined = createMirror();
  let heldChars = 0;
  let line: string | null = null;

  return {
    observe(event) {
      if (!mirror || !concernsUserMessage(event)) return;
      const small = redact(event, { level: 'media' });
      heldChars += JSON.stringify(small).length;
      mirror.apply(small);
      const [first] = mirror.items();
      const isFinal = first?.id !== undefined && hasFinalText(mirror, first.id);
      if (!isFinal && heldChars < MAX_HELD_CHARS) return;
      line = wordsIn(mirror);
      mirror = undefined;
    },
    read: () => (mirror ? wordsIn(mirror) : line),
  };
}

function concernsUserMessage({ type, item }: LoggedFrame['event']): boolean {
  if (type.startsWith(TRANSCRIPTION)) return true;
  return type.startsWith('conversation.item.') && isObject(item) && item.role === 'user';
}

const hasFinalText = (mirror: Mirror, id: string): boolean =>
  textOf(mirror, id) !== '' && mirror.parts(id).every(({ transcription }) => transcription?.status !== 'in_progress');

function textOf(mirror: Mirror, id: string): string {
  const texts = mirror.parts(id).map(({ part, transcription }) => {
    const { text, transcript } = (part ?? {}) as { text?: unknown; transcript?: unknown };
    return [text, transcription?.text, transcript].find(isReadable) ?? '';
  });
  return texts.join(' ').trim();
}

function wordsIn(mirror: Mirror): string | null {
  for (const { id } of mirror.items()) {
    const text = id === undefined ? '' : textOf(mirror, id);
    if (text === '') continue;
    // Deltas were redacted one by one, and may form a credential together.
    const line = hideCredentials(text.slice(0, MAX_READ_CHARS)).replace(/\s+/g, ' ').trim();
    return Array.from(line).slice(0, MAX_CHARS).join('');
  }
  return null;
}
