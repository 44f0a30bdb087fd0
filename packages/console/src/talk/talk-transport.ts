// How the session of Talk travels, and the wire for it.

import { socketWire } from './socket-wire.ts';
import type { OpenWire } from './wire.ts';

export type TalkTransport = 'websocket' | 'webrtc';

const KEY_PROTOCOL = 'openai-insecure-api-key.';

/** The credential among the subprotocols of a socket, for a request. */
const secretOf = (protocols: readonly string[]): string | undefined =>
  protocols.find((each) => each.startsWith(KEY_PROTOCOL))?.slice(KEY_PROTOCOL.length);

/** `model` is `undefined` where the credential fixes the session; `protocols` hold the credential. */
export async function wireOf(
  transport: TalkTransport,
  model: string | undefined,
  protocols: readonly string[],
): Promise<OpenWire> {
  if (transport === 'websocket') return socketWire({ model, protocols });
  const { callWire } = await import('./call-wire.ts');
  return callWire({ model, secret: secretOf(protocols) });
}
