// The session of the page: connects, sends and logs. The conversation is read from the log's mirror.
// Audio: `voice.ts`; frames: `connection.ts`.

import { createResponseQueue, type ForkTicket, type ResponseQueue } from '@colloquy/session';
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { protocolsOf } from '../fork/fork-point.ts';
import type { ServerApi } from '../sources/server-api.ts';
import type { ServerLink } from '../sources/server-link.ts';
import { type ConversationActions, createViewing, type Viewing, type ViewingStatus } from '../sources/viewing.ts';
import { type Connection, createConnection, type ServerFrame } from './connection.ts';
import { cannedOutputOf, isWaitingForOutput, madeCalls } from './open-calls.ts';
import { createSettingsSender } from './settings-sender.ts';
import { createTalkRestore, type TalkRestore } from './talk-restore.ts';
import { createTalkSettings, type TalkSettings, type TurnDetection } from './talk-settings.ts';
import { type TalkTransport, wireOf } from './talk-transport.ts';
import { createVoice, type TalkVoice } from './voice.ts';
import type { CallAudio } from './wire.ts';

export type TalkState = 'idle' | 'connecting' | 'open' | 'ended';

export interface Talk {
  readonly settings: TalkSettings;
  /** Of the next session. */
  readonly transport: Signal<TalkTransport>;
  /** The audio of the call that is open, if the session is one. */
  readonly call: ReadonlySignal<CallAudio | undefined>;
  readonly state: ReadonlySignal<TalkState>;
  /** What went wrong last, in words; empty when nothing did. */
  readonly errorMessage: Signal<string>;
  /** The session as it is, or as it was; an empty log before the first. */
  readonly viewing: ReadonlySignal<Viewing>;
  readonly voice: Pick<TalkVoice, 'microphone' | 'level' | 'isSpeaking' | 'speaking'>;
  /** Opens a session, if there is none; resolves with whether there is one. */
  connect(): Promise<boolean>;
  /** Ends the session, if there is one, and opens that of a fork, with its settings and a log of its own. Resolves with whether it is open. */
  goOnFrom(ticket: ForkTicket): Promise<boolean>;
  /** Sends what changed of the settings to the session that is open, and returns it. */
  applySettings(): object | undefined;
  /** What the user is writing. It is there again if it could not be sent. */
  readonly draft: Signal<string>;
  /** Sends a text as if the user had written it. */
  say(text: string): Promise<void>;
  /** Sends what the user wrote, and asks for the answer. */
  sendDraft(): Promise<void>;
  /** Push to talk: what is said from `hold` to `release` is a turn. */
  hold(): Promise<void>;
  release(): void;
  /** Listens all the time, or no longer; the server tells turns apart. */
  toggleMicrophone(): Promise<void>;
  /** Whether there is anything to interrupt. */
  isAnswering(): boolean;
  /** Stops the answer, and has what was not heard of it forgotten. */
  interrupt(): void;
  hangUp(): void;
  /** The log of a session before the page was reloaded. */
  readonly archive: Pick<TalkRestore, 'isRestorable' | 'restore' | 'discard'>;
}

interface ResponseRequest {
  readonly type: 'response.create';
  readonly event_id: string;
}

export function createTalk(api: ServerApi, link: ServerLink): Talk {
  const settings = createTalkSettings();
  const state = signal<TalkState>('idle');
  const transport = signal<TalkTransport>('websocket');
  const call = signal<CallAudio | undefined>(undefined);
  const errorMessage = signal('');
  const draft = signal('');
  /** Calls the user has answered; the server's word for it may still be on its way. */
  const answered = new Set<string>();
  let connection: Connection | undefined;
  let opening: Promise<boolean> | undefined;
  let isHolding = false;
  let responses: ResponseQueue<ResponseRequest> = createResponseQueue();
  let requestCount = 0;

  const send = (event: object) => connection?.send(event);
  const onTrouble = (message: string) => {
    errorMessage.value = message;
  };
  const voice = createVoice({ send, respond, onTrouble });
  const sender = createSettingsSender(settings, send);

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
    applySession: (update) => send({ type: 'session.update', session: { type: 'realtime', ...update } }),
  };
  const viewing = signal(newViewing());
  const archive = createTalkRestore(viewing);

  function newViewing(): Viewing {
    const named = { source: { kind: 'talk' }, name: 'Talk', message: 'Not connected' } as const;
    return createViewing({ ...named, actions, speaking: voice.speaking });
  }

  /** Asks for an answer, as soon as none is running. */
  function respond(): void {
    requestCount += 1;
    const request = responses.ask({ type: 'response.create', event_id: `talk_response_${requestCount}` });
    if (request) send(request);
  }

  /** Asks for the answer that follows calls, once none of them waits for the user. */
  function goOn(): void {
    const isWaiting = isWaitingForOutput(viewing.peek().log.mirrorAt().items(), answered);
    if (!isWaiting && responses.current === null) respond();
  }

  /** Whether the event belongs to a response that the user has cancelled: it may have been on its way. */
  function isCancelled({ response_id }: ServerFrame): boolean {
    const { current } = responses;
    return current?.isCancelled === true && response_id !== undefined && response_id === current.response_id;
  }

  function handleEvent(event: ServerFrame): void {
    // In a call the server drops the audio, and its `cleared` may come before the response has ended.
    if (call.peek() || !isCancelled(event)) voice.handleEvent(event);
    const next = responses.observe(event) && responses.next();
    if (next) send(next);
    if (event.type === 'response.output_item.done') answerCanned(event.item);
    // What the user answered before the response had ended is still to be used as well.
    if (event.type === 'response.done' && madeCalls(event.response)) goOn();
  }

  /** Answers a call whose output the user has set. */
  function answerCanned(item: unknown): void {
    const canned = cannedOutputOf(item, settings.cannedOutputs.peek());
    if (canned) actions.answerCall(canned.call_id, canned.output);
  }

  async function open(fork?: ForkTicket): Promise<boolean> {
    voice.prepare();
    const before = viewing.peek();
    const isGoingOn = !fork && (before.log.rows.length === 0 || before.status.peek().state === 'lost');
    // A log that lost its session goes on with the next one. Any other is shown until there is a session to replace it.
    const view = isGoingOn ? before : newViewing();
    const statusBefore = view.status.peek();
    state.value = 'connecting';
    errorMessage.value = '';
    answered.clear();
    responses = createResponseQueue();
    view.status.value = { state: 'opening', message: 'Connecting …' };
    const protocols = fork ? protocolsOf(fork) : await api.protocols('open_session');
    if (!protocols.ok) return fail(view, statusBefore, protocols.message);
    const made = createConnection({
      openWire: await wireOf(
        transport.peek(),
        fork ? undefined : settings.model.peek() || 'gpt-realtime',
        protocols.value,
      ),
      log: view.log,
      onEvent: handleEvent,
      onError: onTrouble,
      onClose(message, isLost) {
        if (connection === made) end('ended');
        view.status.value = { state: isLost ? 'lost' : 'ended', message };
        if (isLost) link.onSocketLost();
      },
    });
    connection = made;
    call.value = made.call;
    if (made.call) voice.useCall(made.call);
    const refused = await made.opened;
    if (refused !== undefined) return fail(view, statusBefore, refused);
    viewing.value = view;
    archive.follow(view);
    state.value = 'open';
    view.status.value = { state: 'live', message: 'Connected' };
    // A fork has the settings it was made with; later changes alone are sent.
    if (fork) sender.assumeSent();
    else {
      sender.reset();
      applySettings();
    }
    return true;
  }

  function end(how: TalkState): void {
    connection = undefined;
    call.value = undefined;
    state.value = how;
    voice.end();
  }

  async function fail(view: Viewing, before: ViewingStatus, message: string): Promise<false> {
    end('ended');
    view.status.value = before.state === 'opening' ? { state: 'failed', message: 'Not connected' } : before;
    // A refused handshake looks to a page like a server that is not there; a request tells them apart.
    await link.check();
    const { kind } = link.state.peek();
    errorMessage.value = kind === 'lost' ? 'The server does not answer. Your message is still here.' : message;
    return false;
  }

  function connect(fork?: ForkTicket): Promise<boolean> {
    if (state.peek() === 'open') return Promise.resolve(true);
    opening ??= open(fork).finally(() => {
      opening = undefined;
    });
    return opening;
  }

  function applySettings(): object | undefined {
    // A session that is opened later is sent all of them.
    if (state.peek() !== 'open') return undefined;
    const sent = sender.send();
    if (sent.ok) return sent.update;
    errorMessage.value = sent.message;
    return undefined;
  }

  function detectTurns(how: TurnDetection): void {
    if ((settings.turnDetection.peek() === 'none') === (how === 'none')) return;
    settings.turnDetection.value = how;
    applySettings();
  }

  async function interrupt(): Promise<void> {
    responses.clear();
    const cancel = responses.cancel();
    if (cancel) send(cancel);
    await voice.silence();
  }

  async function sendDraft(): Promise<void> {
    const text = draft.peek().trim();
    if (text === '') return;
    draft.value = '';
    if (!(await connect())) {
      // Unless the user has begun to write something else.
      if (draft.peek() === '') draft.value = text;
      return;
    }
    viewing.peek().isFollowing.value = true;
    // First what was heard is told, so that the next answer does not rest on what was not.
    await interrupt();
    const content = [{ type: 'input_text', text }];
    send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    respond();
  }

  return {
    settings,
    transport,
    call,
    state,
    errorMessage,
    viewing,
    voice,
    connect: () => connect(),
    async goOnFrom(ticket) {
      await opening;
      connection?.close();
      if (connection) end('ended');
      return connect(ticket);
    },
    applySettings,
    draft,
    async say(text) {
      draft.value = text;
      await sendDraft();
    },
    sendDraft,
    async hold() {
      if (voice.microphone.peek() === 'open') return;
      isHolding = true;
      // Let go again while the session was opened.
      if (!(await connect()) || !isHolding) return;
      detectTurns('none');
      void interrupt();
      await voice.hold();
    },
    release() {
      isHolding = false;
      voice.release();
    },
    async toggleMicrophone() {
      if (voice.microphone.peek() === 'open') return voice.closeMicrophone();
      if (!(await connect())) return;
      detectTurns('server_vad');
      await voice.open();
    },
    isAnswering: () => responses.current !== null || voice.speaking.peek() !== undefined,
    interrupt: () => void interrupt(),
    hangUp: () => connection?.close(),
    archive,
  };
}
