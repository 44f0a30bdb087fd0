// The session this page holds itself: opened, spoken into and ended here. What it says and hears goes into a log like any other;
// the conversation is read off that log's mirror.

import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { ServerApi } from '../sources/server-api.ts';
import { type ConversationActions, createViewing, type Viewing } from '../sources/viewing.ts';
import { type Connection, createConnection, type ServerFrame } from './connection.ts';
import { createTalkSettings, sessionUpdateOf, type TalkSettings } from './talk-settings.ts';

export type TalkState = 'idle' | 'connecting' | 'open' | 'ended';

export interface Talk {
  readonly settings: TalkSettings;
  readonly state: ReadonlySignal<TalkState>;
  /** What went wrong last, in words; empty when nothing did. */
  readonly trouble: Signal<string>;
  /** The session as it is, or as it was; an empty log before the first. */
  readonly viewing: ReadonlySignal<Viewing>;
  /** Opens a session, if there is none; resolves with whether there is one. */
  connect(): Promise<boolean>;
  /** Sends the settings to the session that is open. */
  applySettings(): void;
  /** Says something in writing and asks for the answer. */
  say(text: string): Promise<void>;
  /** Stops the answer. */
  interrupt(): void;
  hangUp(): void;
}

export function createTalk(api: ServerApi): Talk {
  const settings = createTalkSettings();
  const state = signal<TalkState>('idle');
  const trouble = signal('');
  let connection: Connection | undefined;
  let opening: Promise<boolean> | undefined;

  /** Calls the user has answered; the server's word for it may still be on its way. */
  const answered = new Set<string>();

  const send = (event: object) => connection?.send(event);

  const actions: ConversationActions = {
    answerCall(call_id, output) {
      answered.add(call_id);
      send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output } });
      goOn();
    },
    answerApproval(approval_request_id, approve) {
      const item = { type: 'mcp_approval_response', approval_request_id, approve };
      send({ type: 'conversation.item.create', item });
    },
    deleteItem: (item_id) => send({ type: 'conversation.item.delete', item_id }),
  };

  /** Asks for the answer that follows calls, once none of them waits for the user. */
  function goOn(): void {
    const items = viewing.peek().log.mirrorAt().items();
    const waiting = items.filter((item) => item.type === 'function_call' && !answered.has(item.call_id ?? ''));
    const outputs = new Set(items.map((item) => (item.type === 'function_call_output' ? item.call_id : undefined)));
    if (waiting.every((item) => item.type === 'function_call' && outputs.has(item.call_id)) && !isAnswering())
      send({ type: 'response.create' });
  }

  /** A response that called tools of MCP servers has ended: what they returned is still to be used [MC13]. */
  function hear({ type, response }: ServerFrame): void {
    if (type !== 'response.done') return;
    const { output, status } = response as { output?: unknown; status?: unknown };
    const made = (Array.isArray(output) ? output : []).map((item) => (item as { type?: unknown } | null)?.type);
    if (status === 'completed' && made.includes('mcp_call') && !made.includes('function_call')) goOn();
  }

  const viewing = signal(newViewing());

  function newViewing(): Viewing {
    return createViewing({ source: { kind: 'talk' }, name: 'Talk', words: 'not connected', actions });
  }

  function isAnswering(): boolean {
    const { log } = viewing.peek();
    return log
      .mirrorAt()
      .responses()
      .some(({ status, conversation_id }) => status === 'in_progress' && conversation_id !== null);
  }

  async function open(): Promise<boolean> {
    const before = viewing.peek();
    const shown = before.log.rows.length === 0 ? before : newViewing();
    viewing.value = shown;
    state.value = 'connecting';
    trouble.value = '';
    shown.status.value = { state: 'opening', words: 'connecting …' };
    const protocols = await api.protocols('session');
    if (!protocols.ok) return fail(shown, protocols.words);
    const made = createConnection({
      model: settings.model.peek(),
      protocols: protocols.value,
      log: shown.log,
      onEvent: hear,
      onError: (message) => {
        trouble.value = message;
      },
      onClose(words) {
        connection = undefined;
        state.value = 'ended';
        shown.status.value = { state: 'ended', words };
      },
    });
    connection = made;
    const refused = await made.opened;
    if (refused !== undefined) return fail(shown, refused);
    state.value = 'open';
    shown.status.value = { state: 'live', words: 'connected' };
    applySettings();
    return true;
  }

  function fail(shown: Viewing, words: string): false {
    connection = undefined;
    state.value = 'ended';
    trouble.value = words;
    shown.status.value = { state: 'failed', words };
    return false;
  }

  function connect(): Promise<boolean> {
    if (connection && state.peek() === 'open') return Promise.resolve(true);
    opening ??= open().finally(() => {
      opening = undefined;
    });
    return opening;
  }

  function applySettings(): void {
    const update = sessionUpdateOf(settings);
    if (update.ok) send(update.event);
    else trouble.value = update.words;
  }

  return {
    settings,
    state,
    trouble,
    viewing,
    connect,
    applySettings,
    async say(text) {
      if (!(await connect())) return;
      if (isAnswering()) send({ type: 'response.cancel' });
      const content = [{ type: 'input_text', text }];
      send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
      send({ type: 'response.create' });
    },
    interrupt() {
      if (isAnswering()) send({ type: 'response.cancel' });
    },
    hangUp: () => connection?.close(),
  };
}
