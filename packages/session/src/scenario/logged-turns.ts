// The answers of a log as turns of a scenario, in the order of their beginning. Steps of one answer: `logged-answer.ts`;
// conditions: `logged-context.ts`.

import { bytesToMs, REDACTED, type RealtimeAudioFormat, type RealtimeConversationItem } from '@colloquy/protocol';
import { isObject, objectOf } from '../is-object.ts';
import type { LogNotes } from './log-notes.ts';
import { type AnswerEnd, LoggedAnswer } from './logged-answer.ts';
import { audioBytes } from './logged-audio.ts';
import { momentOf } from './moment.ts';
import { isTextDelta } from './outline.ts';
import type { ScenarioCondition, ScenarioTurn } from './scenario.ts';

type Json = Readonly<Record<string, unknown>>;

interface Turn {
  readonly line: number;
  readonly answer: LoggedAnswer;
  /** Known at the end, when the transcripts are. */
  readonly when: () => ScenarioCondition | undefined;
  /** Made by the session itself, after an approval: no engine answers it. */
  isOwn: boolean;
  textType: string;
  finish: ScenarioTurn['finish'];
  hasEnded: boolean;
}

export interface LoggedTurnsOptions {
  readonly notes: LogNotes;
  readonly keepsPauses: boolean;
  /** The condition of a turn that begins now. */
  condition(response: Json): () => ScenarioCondition | undefined;
}

const ARGUMENTS = /^response\.(?:function_call|mcp_call)_arguments\.(?:delta|done)$/;

export class LoggedTurns {
  outputFormat: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24_000 };
  /** Bytes of the latest audio of an engine: the server event has it redacted. */
  engineAudio: number | undefined;
  readonly #options: LoggedTurnsOptions;
  readonly #turns = new Map<string, Turn>();
  /** By item id. */
  readonly #arguments = new Map<string, string>();

  constructor(options: LoggedTurnsOptions) {
    this.#options = options;
  }

  get isAnswering(): boolean {
    return this.#active().length > 0;
  }

  /** Milliseconds of tone that the answers so far send. */
  get audioMs(): number {
    return [...this.#turns.values()].reduce((sum, { answer }) => sum + answer.audioMs, 0);
  }

  /** The client acts now: active answers wait for it. Returns the number of deltas of answers it has received by then. */
  pause(): Record<string, number> {
    const active = this.#active();
    for (const { answer } of active) answer.pause();
    const deltas = new Map<string, number>();
    const add = (type: string, count: number) => {
      if (count > 0) deltas.set(type, (deltas.get(type) ?? 0) + count);
    };
    if (active.length === 0) return {};
    for (const { answer, textType } of this.#turns.values()) {
      add(textType, answer.sent.text);
      add('response.function_call_arguments.delta', answer.sent.arguments);
    }
    return Object.fromEntries(deltas);
  }

  /** A server event of a response. */
  read(line: number, event: Json & { readonly type: string }, time: number | null): void {
    const { type, item, item_id, delta, response } = event;
    const id = event.response_id ?? (isObject(response) ? response.id : undefined);
    if (typeof id !== 'string') return;
    const turn = this.#turns.get(id) ?? this.#open(line, id, objectOf(response), time);
    if (turn.hasEnded) return;
    const { answer } = turn;
    if (type === 'response.output_item.added' && isObject(item)) this.#readItem(line, turn, item, time);
    else if (isTextDelta(type) && typeof delta === 'string') {
      turn.textType = type;
      if (delta === REDACTED) this.#options.notes.addOnce(line, 'hidden');
      answer.addText(delta, time);
    } else if (/^response\.(?:output_)?audio\.delta$/.test(type)) this.#readAudio(line, answer, delta);
    else if (ARGUMENTS.test(type)) {
      const whole = typeof event.arguments === 'string' ? event.arguments : undefined;
      const text = whole ?? `${this.#arguments.get(`${item_id}`) ?? ''}${delta}`;
      this.#arguments.set(`${item_id}`, text);
      answer.setArguments(`${item_id}`, text, time);
    } else if (type === 'response.done' && isObject(response)) this.#end(line, turn, response, time);
  }

  end(): ScenarioTurn[] {
    const { notes } = this.#options;
    for (const { answer, line } of this.#active()) {
      answer.end({ status: 'open' }, null);
      notes.add(line, 'this response has no end in the recording; the scenario leaves it open');
    }
    const turns = [...this.#turns.values()].filter(({ isOwn }) => !isOwn);
    for (const { answer, line } of turns) if (answer.isRecut) notes.addOnce(line, 'deltas');
    return turns.map(({ answer, when, finish }) => {
      const condition = when();
      return { ...(condition && { when: condition }), reply: answer.steps, ...(finish && { finish }) };
    });
  }

  #active(): Turn[] {
    return [...this.#turns.values()].filter(({ hasEnded }) => !hasEnded);
  }

  #open(line: number, id: string, response: Json, time: number | null): Turn {
    const turn: Turn = {
      ...{ line, answer: new LoggedAnswer(this.#options.keepsPauses, time), when: this.#options.condition(response) },
      ...{ isOwn: false, textType: 'response.output_text.delta', finish: undefined, hasEnded: false },
    };
    this.#turns.set(id, turn);
    return turn;
  }

  #readItem(line: number, turn: Turn, item: Json, time: number | null): void {
    const { answer } = turn;
    const { notes } = this.#options;
    const id = `${item.id}`;
    if (item.type === 'message') {
      answer.addMessage(id, typeof item.phase === 'string' ? item.phase : undefined);
    } else if (item.type === 'function_call') {
      const named = typeof item.call_id === 'string' ? { call_id: item.call_id } : {};
      answer.addCall(id, `${item.name}`, named, time);
    } else if (item.type === 'mcp_call' && typeof item.approval_request_id === 'string') {
      turn.isOwn = true;
    } else if (item.type === 'mcp_call' || item.type === 'mcp_approval_request') {
      answer.addCall(id, `${item.name}`, { server_label: `${item.server_label}` }, time);
      if (typeof item.arguments === 'string' && item.arguments !== '') answer.setArguments(id, item.arguments, time);
      notes.addOnce(line, 'mcp');
    } else notes.add(line, 'an item of a type that a scenario does not have is not carried');
  }

  #readAudio(line: number, answer: LoggedAnswer, delta: unknown): void {
    const bytes = audioBytes(delta, this.engineAudio);
    this.engineAudio = undefined;
    this.#options.notes.addOnce(line, bytes === undefined ? 'toneLength' : 'tone');
    answer.addAudio(bytes === undefined ? undefined : bytesToMs(bytes, this.outputFormat));
  }

  #end(line: number, turn: Turn, response: Json, time: number | null): void {
    turn.answer.flush();
    if (turn.answer.steps.length === 0 && !turn.isOwn) this.#addOutput(turn, response, time);
    const end = endOf(response);
    turn.hasEnded = true;
    turn.finish = turn.answer.end(end, time).finish;
    if (end.status === 'failed' && end.code === 'session_expired')
      this.#options.notes.add(line, 'the session reached its maximum duration; the scenario lets the response fail');
  }

  /** For a log without deltas. */
  #addOutput(turn: Turn, { output }: Json, time: number | null): void {
    for (const item of Array.isArray(output) ? output.filter(isObject) : []) {
      this.#readItem(turn.line, turn, item, time);
      if (item.type === 'message') {
        const { text } = momentOf([{ ...item, role: 'user' } as unknown as RealtimeConversationItem]);
        if (text !== '') turn.answer.addText(text, time);
      } else if (typeof item.arguments === 'string') turn.answer.setArguments(`${item.id}`, item.arguments, time);
    }
  }
}

function endOf({ status, status_details }: Json): AnswerEnd {
  const details = objectOf(status_details);
  if (status === 'cancelled') return { status };
  if (status === 'incomplete')
    return { status, reason: details.reason === 'content_filter' ? details.reason : 'max_output_tokens' };
  if (status !== 'failed') return { status: 'completed' };
  const { code, message } = isObject(details.error) ? details.error : ({} as Json);
  return { status, ...(typeof code === 'string' && { code }), ...(typeof message === 'string' && { message }) };
}
