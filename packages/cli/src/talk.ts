// A conversation of lines: what is said is queued, asked one turn at a time, and the answer is written as it comes. Knows
// events, but neither the socket nor the terminal; those are in `connect.ts` and `commands/talk.ts`.

import {
  type ClientEvent,
  decodeServerEvent,
  encodeEvent,
  eventTypeOf,
  redact,
  type ServerEvent,
} from '@colloquy/protocol';
import { printable, printableLine } from './printable.ts';

export interface TalkOptions {
  /** Sends one frame. */
  readonly send: (frame: string) => void;
  /** Writes a piece of the answer, or a frame; already safe to print. */
  readonly write: (text: string) => void;
  /** Says something about the conversation that is no part of it: one line, safe to print, without its newline. */
  readonly note: (line: string) => void;
  /** Show every frame that comes and goes, redacted; an answer is then written whole when it is done. */
  readonly showFrames: boolean;
  /** Called when a turn has ended and none is waiting. */
  readonly onIdle: () => void;
}

export interface Talk {
  /** Queues a turn. A line without words is none. */
  say(line: string): void;
  /** Takes in one frame from the server; whatever it holds, it does not throw. */
  hear(frame: string): void;
  /** Asks to stop the answer that is running; `false` when there is none, or it has been asked already. */
  cancel(): boolean;
  readonly isAnswering: boolean;
  /** How many turns were not answered to their end, cancelled ones excepted, and how many errors came beside them. */
  readonly failures: number;
}

/** The events a conversation of lines depends on. */
const HEARD: ReadonlySet<string> = new Set<ServerEvent['type']>([
  'response.created',
  'response.output_text.delta',
  'response.output_audio_transcript.delta',
  'response.function_call_arguments.done',
  'response.done',
  'error',
]);

interface Turn {
  /** Our name for the `response.create`, echoed should it be refused. */
  readonly eventId: string;
  /** Known from `response.created` on. */
  responseId?: string;
  isCancelled: boolean;
  /** What was heard of it so far, and how much of that has been written. */
  words: string;
}

export function createTalk({ send, write, note, showFrames, onIdle }: TalkOptions): Talk {
  const waiting: string[] = [];
  let turn: Turn | undefined;
  let turns = 0;
  let failures = 0;

  function show(mark: '>' | '<', event: unknown): void {
    if (showFrames) write(`${mark} ${printableLine(JSON.stringify(redact(event)) ?? '')}\n`);
  }

  function tell(event: ClientEvent): void {
    show('>', event);
    send(encodeEvent(event));
  }

  function fail(line: string): void {
    failures += 1;
    note(line);
  }

  function ask(line: string): void {
    turns += 1;
    turn = { eventId: `talk_response_${turns}`, isCancelled: false, words: '' };
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: line }] } as const;
    tell({
      type: 'conversation.item.create',
      event_id: `talk_item_${turns}`,
      item: { ...item, content: [...item.content] },
    });
    tell({ type: 'response.create', event_id: turn.eventId, response: { output_modalities: ['text'] } });
  }

  function endTurn(): void {
    const words = turn?.words ?? '';
    if (showFrames) write(words === '' ? '' : `${printable(words)}\n`);
    else if (words !== '' && !words.endsWith('\n')) write('\n');
    turn = undefined;
    const next = waiting.shift();
    if (next === undefined) onIdle();
    else ask(next);
  }

  function hearWords(delta: string): void {
    if (turn === undefined) return;
    turn.words += delta;
    if (!showFrames) write(printable(delta));
  }

  function hearError({ error }: Extract<ServerEvent, { type: 'error' }>): void {
    // The answer was done before our cancel arrived: nothing is wrong.
    if (error.code === 'response_cancel_not_active') return;
    fail(`error: ${printableLine(error.message)}`);
    // Refused before it began; one that has begun ends with its `response.done`.
    if (turn && turn.responseId === undefined && error.event_id === turn.eventId) endTurn();
  }

  function hearEnd({ response }: Extract<ServerEvent, { type: 'response.done' }>): void {
    if (turn === undefined || (response.id !== undefined && response.id !== turn.responseId)) return;
    const why = response.status_details;
    const reason = printableLine(why?.reason ?? why?.error?.code ?? '');
    const ended = turn;
    if (!showFrames && ended.words !== '' && response.status !== 'completed') write('\n');
    if (response.status === 'cancelled') note('[cancelled]');
    else if (response.status !== 'completed')
      fail(`[${printableLine(response.status ?? 'ended')}${reason && `: ${reason}`}]`);
    if (!showFrames && response.status !== 'completed') ended.words = '';
    endTurn();
  }

  function hearEvent(event: ServerEvent): void {
    switch (event.type) {
      case 'response.created':
        if (turn && turn.responseId === undefined && event.response.id !== undefined)
          turn.responseId = event.response.id;
        break;
      case 'response.output_text.delta':
      case 'response.output_audio_transcript.delta':
        if (event.response_id === turn?.responseId) hearWords(event.delta);
        break;
      case 'response.function_call_arguments.done':
        hearWords(`[call ${event.name ?? ''} ${event.arguments}]\n`);
        break;
      case 'error':
        hearError(event);
        break;
      case 'response.done':
        hearEnd(event);
        break;
      default:
      // Everything else confirms what we already know.
    }
  }

  return {
    say(line) {
      if (line.trim() === '') return;
      if (turn === undefined) ask(line);
      else waiting.push(line);
    },
    hear(frame) {
      const decoded = decodeServerEvent(frame);
      if (!decoded.ok) {
        const line = `a frame of ${frame.length} characters is not what it should be: ${printableLine(decoded.issues[0].message)}`;
        const type = eventTypeOf(frame);
        // Servers differ in what we do not listen to; that spoils no conversation.
        if (type === undefined || HEARD.has(type)) fail(line);
        else if (showFrames) note(line);
        return;
      }
      show('<', decoded.value);
      if (decoded.known) hearEvent(decoded.value as ServerEvent);
    },
    cancel() {
      if (turn === undefined || turn.isCancelled) return false;
      turn.isCancelled = true;
      const { responseId } = turn;
      tell({
        type: 'response.cancel',
        event_id: `talk_cancel_${turns}`,
        ...(responseId && { response_id: responseId }),
      });
      return true;
    },
    get isAnswering() {
      return turn !== undefined;
    },
    get failures() {
      return failures;
    },
  };
}
