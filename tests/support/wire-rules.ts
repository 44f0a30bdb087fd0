// Checks the events that a server emits. The rules are in `packages/session/src/conformance/event-rules.ts`.

import { checkServerFrame } from '@colloquy/session';

/** Names what is wrong with a frame, as `rule: words`; empty when nothing is. Takes any value and never throws on JSON. */
export function checkEmitted(event: unknown, options: { beta?: boolean } = {}): string[] {
  return checkServerFrame(event, options).map(({ rule, message }) => `${rule}: ${message}`);
}
