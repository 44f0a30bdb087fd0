// The content of a line without keys, audio and images.

import { REDACTED, redact } from '@colloquy/protocol';

/** What a file holds need not be anything that can be redacted; then it is hidden as a whole. */
export function redacted(content: unknown): unknown {
  if (typeof content !== 'object' || content === null) return content;
  try {
    return redact(content, { level: 'media' });
  } catch {
    return REDACTED;
  }
}
