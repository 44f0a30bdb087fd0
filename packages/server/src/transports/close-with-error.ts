// Sends an `error` event, then closes the transport; for refusals outside a session [ER51].

import { randomUUID } from 'node:crypto';
import { encodeEvent, type Issue, toRealtimeError } from '@colloquy/protocol';
import type { Transport } from './transport.ts';

export function closeWithError(transport: Transport, issue: Issue, closeCode: number, reason: string): void {
  const { code, param, message } = issue;
  const event_id = `event_${randomUUID().replaceAll('-', '').slice(0, 21)}`;
  transport.send(encodeEvent({ type: 'error', event_id, error: toRealtimeError(code, { param, message }) }));
  transport.close(closeCode, reason);
}
