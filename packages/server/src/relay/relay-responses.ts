// The responses of an upstream, as a relay must know them: which are running and what they have said so far, so that none is
// ever left open [RL6, RL7], and what each consumed, counted once [RL10]. A mirror listens; the frames are `relay-session.ts`'s.

import type {
  RealtimeConversationItem,
  RealtimeResponse,
  RealtimeResponseStatus,
  RealtimeUsage,
  ServerEvent,
} from '@colloquy/protocol';
import { createMirror } from '@colloquy/session';
import { type Overdue, pendingResponses, type ResponseBudgets } from './relay-pending.ts';

/** What one response consumed, as the upstream says. */
export interface ResponseUsage {
  readonly response_id: string;
  readonly status: RealtimeResponseStatus | undefined;
  readonly usage: RealtimeUsage;
}

/** Why responses end that the upstream did not end. */
export interface RelayFault {
  readonly code: 'upstream_error' | 'upstream_timeout' | 'session_expired';
  readonly message: string;
}

/** A server event before it has its `event_id`. */
export type Unnumbered = ServerEvent extends infer E ? (E extends ServerEvent ? Omit<E, 'event_id'> : never) : never;

/** Times are milliseconds of one monotonic clock. */
export interface RelayResponses {
  /** The client asked for a response, under this name. */
  asked(event_id: string | null, at: number): void;
  /** Takes in an event of the upstream. False when the client is not to see it: it belongs to a response that was ended here. */
  hear(event: ServerEvent, at: number): boolean;
  /** Whether a response is running, or was asked for and has not begun. */
  readonly isWaiting: boolean;
  /** When the first budget of a response or a request is used up [RL7]; infinite when nothing is waited for. */
  readonly dueAt: number;
  /** Takes what has used up a budget; its running responses are to be ended with `fail`. */
  overdue(at: number): Overdue | undefined;
  /** The upstream was not read for so long, which is not its fault. */
  excuse(ms: number): void;
  /** Ends running responses as the wire has it: open parts, open items, then `response.done` [OR7, OR8]. @default all */
  fail(fault: RelayFault, response_ids?: readonly string[]): Unnumbered[];
}

/** Responses remembered whose usage was counted, or that were ended here. An upstream repeats itself soon or never. */
const MAX_REMEMBERED = 10_000;

export function relayResponses(budgets: ResponseBudgets, onUsage: (usage: ResponseUsage) => void): RelayResponses {
  let mirror = createMirror();
  const pending = pendingResponses(budgets);
  /** Ended here; what the upstream still says of them is left out. */
  const ended = new Set<string>();
  /** Items ended here, whose `conversation.item.done` was said. */
  const closed = new Set<string>();
  const counted = new Set<string>();
  /** Items in the making: what stands before them. */
  const open = new Map<string, string | null>();

  function count(response: RealtimeResponse | undefined, response_id: string): void {
    const { usage, status } = response ?? {};
    if (!usage || counted.has(response_id)) return;
    remember(counted, response_id);
    onUsage({ response_id, status, usage });
  }

  function hear(event: ServerEvent, at: number): boolean {
    const id = responseIdOf(event);
    if (event.type === 'response.done' && id !== undefined) {
      count(event.response, id);
      pending.end(id);
    }
    if (id !== undefined && ended.has(id)) return false;
    pending.observe(event, id, at);
    switch (event.type) {
      case 'response.created':
        pending.begin(id, at);
        break;
      case 'error':
        if (event.error) pending.refuse(event.error.event_id || null);
        return true;
      case 'conversation.item.added':
        if (event.item?.id && event.item.type !== undefined && isOpen(event.item)) {
          open.set(event.item.id, event.previous_item_id ?? null);
        }
        return true;
      case 'conversation.item.done':
        if (!event.item?.id) return true;
        open.delete(event.item.id);
        return !closed.delete(event.item.id);
    }
    if (!event.type.startsWith('response.')) return true;
    mirror.apply(event);
    // What is over need not be known any more.
    if (event.type === 'response.done' && pending.running.length === 0) mirror = createMirror();
    return true;
  }

  function fail({ code, message }: RelayFault, response_ids = pending.running): Unnumbered[] {
    const said: Unnumbered[] = [];
    for (const response_id of response_ids) {
      const response = mirror.response(response_id) ?? { object: 'realtime.response', id: response_id };
      const output = (response.output ?? []).map((item, index) =>
        isOpen(item) ? close(response_id, item, index) : item,
      );
      const error = { type: 'server_error', code, message };
      const status_details = { type: 'failed', error } as const;
      said.push({ type: 'response.done', response: { ...response, status: 'failed', status_details, output } });
      remember(ended, response_id);
      pending.end(response_id);
    }
    if (pending.running.length === 0) mirror = createMirror();
    return said;

    function close(
      response_id: string,
      item: RealtimeConversationItem,
      output_index: number,
    ): RealtimeConversationItem {
      const item_id = item.id as string;
      const done = { ...item, status: 'incomplete' } as RealtimeConversationItem;
      const ids = { response_id, item_id, output_index };
      if (item.type === 'function_call') {
        const { call_id, name, arguments: args = '' } = item;
        said.push({
          type: 'response.function_call_arguments.done',
          ...ids,
          call_id: call_id ?? '',
          name,
          arguments: args,
        });
      }
      for (const { content_index, part, status } of mirror.parts(item_id)) {
        if (!part || status === 'completed') continue;
        said.push(...closePart({ ...ids, content_index }, part));
      }
      const previous_item_id = open.get(item_id);
      if (previous_item_id !== undefined) {
        said.push({ type: 'conversation.item.done', previous_item_id, item: done });
        open.delete(item_id);
        remember(closed, item_id);
      }
      said.push({ type: 'response.output_item.done', response_id, output_index, item: done });
      return done;
    }
  }

  return {
    asked: pending.request,
    hear,
    get isWaiting() {
      return pending.isPending;
    },
    get dueAt() {
      return pending.dueAt;
    },
    overdue: pending.overdue,
    excuse: pending.excuse,
    fail,
  };
}

function closePart(
  ids: { response_id: string; item_id: string; output_index: number; content_index: number },
  part: { type: string; text?: string; transcript?: string | null },
): Unnumbered[] {
  if (part.type === 'output_audio') {
    const transcript = part.transcript ?? '';
    return [
      { type: 'response.output_audio.done', ...ids },
      { type: 'response.output_audio_transcript.done', ...ids, transcript },
      { type: 'response.content_part.done', ...ids, part: { type: 'audio', transcript } },
    ];
  }
  if (part.type !== 'output_text') return [];
  const text = part.text ?? '';
  return [
    { type: 'response.output_text.done', ...ids, text },
    { type: 'response.content_part.done', ...ids, part: { type: 'text', text } },
  ];
}

const isOpen = (item: RealtimeConversationItem) => 'status' in item && item.status === 'in_progress';

/** The response an event is about, if any. */
function responseIdOf(event: ServerEvent): string | undefined {
  const { response_id, response } = event as { response_id?: unknown; response?: { id?: unknown } | null };
  const id = response_id ?? response?.id;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Adds to a set that remembers the latest only. */
function remember(set: Set<string>, id: string): void {
  set.add(id);
  if (set.size > MAX_REMEMBERED) set.delete(set.values().next().value as string);
}
