// The conversions of `beta.ts` over frames: text in, text out. Frames that are equal in beta and GA are not parsed.

import { decodeServerEvent } from '../codec/codec.ts';
import { readFrame } from '../codec/frame-guard.ts';
import { eventTypeOf } from '../event-types.ts';
import { isReshaped, toGaClientEvent } from './beta-client-events.ts';
import { BETA_NAMES } from './beta-event-types.ts';
import { toBetaServerEvents } from './beta-server-events.ts';
import { ask, type BetaState } from './beta-state.ts';

/**
 * A beta client's frame for a GA server.
 *
 * What the bridge refuses becomes an event the server refuses in its place; `toBetaServerFrames` puts the true reason into that
 * answer. So refusals are counted, named and ordered by the server alone. A frame that cannot be read goes on as it stands,
 * for the server to refuse.
 *
 * @see SPEC.md BT3, BT9, BT12
 */
export function toGaClientFrame<F extends string | Uint8Array>(
  state: BetaState,
  frame: F,
): { readonly state: BetaState; readonly frame: F | string } {
  if (typeof frame !== 'string') return { state, frame };
  const type = eventTypeOf(frame);
  if (type !== undefined && !isReshaped(type)) return { state, frame };
  const read = readFrame(frame, true);
  if (!read.ok || read.later) return { state, frame };
  const mapped = toGaClientEvent(state, read.value);
  if (mapped.ok && mapped.event === read.value) return { state, frame };
  if (mapped.ok) return { state: mapped.state, frame: JSON.stringify(mapped.event) };
  const [next, event_id] = ask(state, 'refusal', mapped.event_id, { issue: mapped.issue });
  return { state: next, frame: JSON.stringify({ event_id, type: 'session.update' }) };
}

/**
 * A GA server's frame for a beta client: none, one or two. A frame that is no event of a server goes on as it stands.
 *
 * @see SPEC.md BT3, BT4, BT9
 */
export function toBetaServerFrames(
  state: BetaState,
  frame: string,
): { readonly state: BetaState; readonly frames: readonly string[] } {
  const type = eventTypeOf(frame);
  const name = type !== undefined && Object.hasOwn(BETA_NAMES, type) ? BETA_NAMES[type as keyof typeof BETA_NAMES] : '';
  if (name === type) return { state, frames: [frame] };
  if (name.startsWith('response.')) {
    const renamed = rename(frame, type as string, name);
    if (renamed !== undefined) return { state, frames: [renamed] };
  }
  const decoded = decodeServerEvent(frame);
  if (!decoded.ok) return { state, frames: [frame] };
  const { state: next, events } = toBetaServerEvents(state, decoded.value);
  return { state: next, frames: events.map((event) => JSON.stringify(event)) };
}

/**
 * The same frame under another name, without parsing its audio. Inside a JSON string quotes are escaped, so the text looked for
 * can only be a member of an object, and the events that are renamed hold no object within.
 */
function rename(frame: string, from: string, to: string): string | undefined {
  const member = `"type":"${from}"`;
  const at = frame.indexOf(member);
  return at < 0 ? undefined : `${frame.slice(0, at)}"type":"${to}"${frame.slice(at + member.length)}`;
}
