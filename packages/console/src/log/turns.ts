// Groups a log into turns. Incremental: the cost of `advance` is that of the new rows. What a turn is: `turn.ts`.

import {
  createSessionBlocks,
  createSpeechClock,
  createStopwatch,
  type LoggedFrame,
  type SessionBlock,
  type SpeechClock,
} from '@colloquy/session';
import { type Json, objectOf, textOf } from './json-value.ts';
import { frameOf, type LogRow } from './log-row.ts';
import { addCall, addText, endResponse, newResponse, newTurn, type OpenTurn } from './open-turn.ts';
import { isAudioDelta, OutputAudio } from './output-audio.ts';
import type { Turn } from './turn.ts';

export interface Turns {
  /** In the order they began. The list and its turns grow. */
  readonly turns: readonly Turn[];
  /** The turn of a response, an item or a row. */
  ofResponse(id: string): Turn | undefined;
  ofItem(id: string): Turn | undefined;
  ofRow(index: number): Turn | undefined;
  /** Reads on, to the end of what there is. */
  advance(): void;
}

/** One session of the log. */
interface Session {
  readonly block: SessionBlock;
  readonly speech: SpeechClock;
  readonly audio: OutputAudio;
  current: OpenTurn | undefined;
  /** Times of `response.create` without their response. */
  readonly requests: number[];
  readonly byResponse: Map<string, OpenTurn>;
  readonly byItem: Map<string, OpenTurn>;
  isSpeaking: boolean;
}

class TurnReader implements Turns {
  readonly turns: OpenTurn[] = [];

  readonly #rows: readonly LogRow[];

  readonly #blocks = createSessionBlocks();

  readonly #stopwatch = createStopwatch();

  readonly #sessions = new Map<SessionBlock, Session>();

  /** Turn of each row; -1 for none. */
  readonly #byRow: number[] = [];

  #read = 0;

  #lastSession: Session | undefined;

  constructor(rows: readonly LogRow[]) {
    this.#rows = rows;
  }

  ofResponse(id: string): Turn | undefined {
    return lastOf(this.#sessions.values(), ({ byResponse }) => byResponse.get(id));
  }

  ofItem(id: string): Turn | undefined {
    return lastOf(this.#sessions.values(), ({ byItem }) => byItem.get(id));
  }

  ofRow(index: number): Turn | undefined {
    return this.turns[this.#byRow[index] ?? -1];
  }

  advance(): void {
    for (; this.#read < this.#rows.length; this.#read++) {
      const row = this.#rows[this.#read] as LogRow;
      const frame = frameOf(row);
      const turn = frame ? this.#observe(row, { ...frame, time: row.at }) : this.#observeInside(row);
      this.#byRow.push(turn?.index ?? -1);
      turn?.rows.push(row.index);
    }
  }

  /** A line of the engine or the host: it belongs to the turn under way. */
  #observeInside(row: LogRow): OpenTurn | undefined {
    this.#lastSession?.audio.observe(row);
    const { entry } = row;
    if (entry.kind === 'input' && entry.input.from === 'engine')
      return this.#lastSession?.byResponse.get(entry.input.response_id);
    return row.from === 'header' || row.from === 'snapshot' ? undefined : this.#lastSession?.current;
  }

  #sessionOf(frame: LoggedFrame): Session {
    const block = this.#blocks.of(frame);
    let session = this.#sessions.get(block);
    if (!session) {
      session = {
        block,
        ...{ speech: createSpeechClock(), audio: new OutputAudio(), current: undefined, isSpeaking: false },
        ...{ requests: [], byResponse: new Map(), byItem: new Map() },
      };
      this.#sessions.set(block, session);
    }
    this.#lastSession = session;
    return session;
  }

  /** Observes a frame and returns its turn. */
  #observe(row: LogRow, frame: LoggedFrame): OpenTurn | undefined {
    const session = this.#sessionOf(frame);
    session.speech.observe(frame);
    this.#stopwatch.observe(frame);
    const audioMs = session.audio.observe(row);
    const { event, from } = frame;
    if (event.type.startsWith('session.')) return undefined;
    if (from === 'client') return this.#client(session, frame);
    return this.#server(session, frame, audioMs);
  }

  #client(session: Session, { event, time }: LoggedFrame): OpenTurn | undefined {
    switch (event.type) {
      case 'input_audio_buffer.append':
        return session.isSpeaking ? session.current : undefined;
      case 'response.create':
        session.requests.push(time ?? 0);
        return session.current;
      case 'conversation.item.create': {
        const item = objectOf(event.item);
        const isUsers = item.type === 'message' && item.role === 'user';
        const turn = isUsers ? this.#input(session, 'typed', textOf(item.id)) : session.current;
        return turn && this.#content(session, turn, item);
      }
      default:
        return session.current;
    }
  }

  #server(session: Session, frame: LoggedFrame, audioMs: number): OpenTurn | undefined {
    const { event, time } = frame;
    const itemId = textOf(event.item_id) || textOf(objectOf(event.item).id);
    switch (event.type) {
      case 'input_audio_buffer.speech_started': {
        session.isSpeaking = true;
        const turn = this.#input(session, 'spoken', itemId);
        turn.speech ??= { from: session.speech.startOf(frame) ?? 0, to: undefined };
        return turn;
      }
      case 'input_audio_buffer.speech_stopped': {
        session.isSpeaking = false;
        const turn = this.#input(session, 'spoken', itemId);
        const to = session.speech.endOf(frame) ?? undefined;
        turn.speech = { from: turn.speech?.from ?? to ?? 0, to };
        turn.stoppedAt = time ?? undefined;
        return turn;
      }
      case 'input_audio_buffer.committed':
        return session.byItem.get(itemId) ?? this.#input(session, 'spoken', itemId);
      case 'conversation.item.input_audio_transcription.completed': {
        const turn = session.byItem.get(itemId);
        if (turn) {
          turn.transcribedAt = time ?? undefined;
          addText(turn, event.transcript);
        }
        return turn ?? session.current;
      }
      case 'conversation.item.added':
      case 'conversation.item.created':
        return this.#item(session, objectOf(event.item));
      case 'conversation.item.truncated':
        return this.#truncated(session, itemId, event.audio_end_ms, time) ?? session.current;
      case 'response.created':
        return this.#respond(session, objectOf(event.response), time);
      default:
        return this.#output(session, frame, itemId, audioMs) ?? session.byItem.get(itemId) ?? session.current;
    }
  }

  /** The turn that an input of the user belongs to: a new one, unless the current one has no response yet. */
  #input(session: Session, input: Turn['input'], itemId = ''): OpenTurn {
    const known = session.byItem.get(itemId);
    if (known) return known;
    const { current } = session;
    const turn = current && current.responses.length === 0 ? current : this.#begin(session, input);
    if (turn.input === 'none') turn.input = input;
    this.#addItem(session, turn, itemId);
    return turn;
  }

  #begin(session: Session, input: Turn['input']): OpenTurn {
    const turn = newTurn(this.turns.length, input, session.block.id ?? undefined);
    this.turns.push(turn);
    session.current = turn;
    return turn;
  }

  #addItem(session: Session, turn: OpenTurn, id: string): void {
    if (id === '' || session.byItem.has(id)) return;
    session.byItem.set(id, turn);
    turn.itemIds.push(id);
  }

  #item(session: Session, item: Json): OpenTurn | undefined {
    const id = textOf(item.id);
    const known = session.byItem.get(id);
    const isUsers = item.type === 'message' && item.role === 'user';
    // Servers announce an item before or after the event that makes it.
    const turn = known ?? (isUsers ? this.#input(session, 'typed', id) : session.current);
    return turn && this.#content(session, turn, item);
  }

  /** Adds an item of the client, and what it says. */
  #content(session: Session, turn: OpenTurn, { id, type, role, content }: Json): OpenTurn {
    const isUsers = type === 'message' && role === 'user';
    if (isUsers || type === 'function_call_output') this.#addItem(session, turn, textOf(id));
    if (isUsers) for (const part of Array.isArray(content) ? content : []) addText(turn, objectOf(part).text);
    return turn;
  }

  #respond(session: Session, { id, conversation_id }: Json, time: number | null): OpenTurn {
    const isOutOfBand = conversation_id === null;
    const { current } = session;
    const turn = current && (isOutOfBand || !isAnswered(current)) ? current : this.#begin(session, 'none');
    const response = newResponse(textOf(id), time ?? 0, session.requests.shift(), isOutOfBand);
    turn.responses.push(response);
    turn.responseIds.push(response.id);
    session.byResponse.set(response.id, turn);
    return turn;
  }

  /** Output of a response, or its end. */
  #output(session: Session, frame: LoggedFrame, itemId: string, audioMs: number): OpenTurn | undefined {
    const { event } = frame;
    const id = textOf(event.response_id) || textOf(objectOf(event.response).id);
    const turn = session.byResponse.get(id);
    const response = turn?.responses.findLast((each) => each.id === id);
    if (!turn || !response) return undefined;
    const time = frame.time ?? undefined;
    this.#addItem(session, turn, itemId);
    if (event.type === 'response.done') endResponse(turn, response, objectOf(event.response), time);
    if (event.type === 'response.output_item.added') {
      response.firstItemAt ??= time;
      addCall(response, objectOf(event.item));
    }
    const isPlayed = event.type === 'output_audio_buffer.started';
    if (!isPlayed && !event.type.endsWith('.delta')) return turn;
    if (isPlayed || isAudioDelta(event.type)) {
      response.firstAudioAt ??= time;
      response.audioMs += audioMs;
    } else if (!event.type.includes('arguments') && response.firstTextAt === undefined) {
      response.firstTextAt = time;
      response.firstTextChars = textOf(event.delta).length;
    }
    if (!response.isOutOfBand) this.#time(turn, frame);
    return turn;
  }

  /** Measures the wait as reports do. */
  #time(turn: OpenTurn, frame: LoggedFrame): void {
    if (turn.firstAudioMs !== undefined || frame.time === null) return;
    const timing = this.#stopwatch.soFar(frame);
    turn.waitFrom ??= timing?.turn_ended_at ?? undefined;
    if (turn.waitFrom !== undefined) turn.firstOutputMs ??= frame.time - turn.waitFrom;
    turn.firstAudioMs = timing?.first_audio_ms ?? undefined;
  }

  #truncated(session: Session, itemId: string, heardMs: unknown, time: number | null): OpenTurn | undefined {
    const turn = session.byItem.get(itemId);
    if (!turn || typeof heardMs !== 'number') return turn;
    turn.heardMs = (turn.heardMs ?? 0) + heardMs;
    turn.interruptedAt ??= time ?? undefined;
    return turn;
  }
}

/** Whether a response ended without calls, so that another one answers something else. */
function isAnswered({ responses }: OpenTurn): boolean {
  const last = responses.findLast(({ isOutOfBand }) => !isOutOfBand);
  return last !== undefined && last.endedAt !== undefined && last.calls.length === 0;
}

/** What the last of the sessions that has it answers. */
function lastOf<T>(sessions: Iterable<Session>, find: (session: Session) => T | undefined): T | undefined {
  return [...sessions]
    .reverse()
    .map(find)
    .find((each) => each !== undefined);
}

/** `rows` may grow. */
export const createTurns = (rows: readonly LogRow[]): Turns => new TurnReader(rows);
