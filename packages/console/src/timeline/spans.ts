// Builds the spans of a log per lane: speech, playback, responses, tools, errors. Incremental; times in milliseconds.
// What a span is: `span.ts`. Stages of turns: `stage-spans.ts`.

import { createSessionBlocks, createSpeechClock, type LoggedFrame, type SessionBlock } from '@colloquy/session';
import type { FrameLog } from '../log/frame-log.ts';
import { type Json, objectOf, textOf } from '../log/json-value.ts';
import { frameOf, type LogRow } from '../log/log-row.ts';
import { OutputAudio } from '../log/output-audio.ts';
import { stagesOf, type Turn } from '../log/turn.ts';
import { BusyTime } from './busy-time.ts';
import { PlayedAudio } from './played-audio.ts';
import type { Span, Spans } from './span.ts';
import { StageSpans } from './stage-spans.ts';

interface Answer {
  readonly span: number;
  /** When the user began to speak over it. */
  interrupted?: { at: number; row: number };
}

class SpanReader implements Spans {
  spans: readonly Span[] = [];

  readonly ticks = { at: [] as number[], row: [] as number[] };

  readonly clientTicks = { at: [] as number[], row: [] as number[] };

  readonly #own: Span[] = [];

  readonly #stages = new StageSpans();

  readonly #busy = new BusyTime();

  /** The last time of the log. */
  end = 0;

  readonly #log: FrameLog;

  /** Spans that last, by what ends them. */
  readonly #open = new Map<string, number>();

  readonly #answers = new Map<string, Answer>();

  readonly #played = new PlayedAudio(this.#own);

  #audio = new OutputAudio();

  #speech = createSpeechClock();

  #read = 0;

  readonly #blocks = createSessionBlocks();

  #session: SessionBlock | undefined;

  constructor(log: FrameLog) {
    this.#log = log;
  }

  get busy() {
    return this.#busy.stretches;
  }

  #add(span: Omit<Span, 'hasFailed'> & { hasFailed?: boolean }): number {
    this.#busy.add(span.from, span.to ?? span.from);
    return this.#own.push({ hasFailed: false, session: this.#session?.id ?? undefined, ...span }) - 1;
  }

  #begin(key: string, span: Omit<Span, 'to' | 'hasFailed'>): void {
    if (key !== ' ') this.#open.set(key, this.#add({ ...span, to: null }));
  }

  #finish(key: string, at: number, change: Partial<Pick<Span, 'label' | 'hasFailed'>> = {}): void {
    const index = this.#open.get(key);
    if (index === undefined) return;
    this.#open.delete(key);
    const span = this.#own[index] as Span;
    this.#own[index] = { ...span, to: Math.max(span.from, at), ...change };
    this.#busy.add(span.from, at);
  }

  /** Another session waits for nothing that was under way in the one before. */
  #enter(block: SessionBlock): void {
    if (this.#session !== undefined && this.#session !== block) {
      for (const lasting of [this.#open, this.#answers, this.#played]) lasting.clear();
      this.#speech = createSpeechClock();
      this.#audio = new OutputAudio();
    }
    this.#session = block;
  }

  #client(row: number, at: number, event: Json): void {
    if (event.type === 'input_audio_buffer.append') return;
    this.clientTicks.at.push(at);
    this.clientTicks.row.push(row);
    this.#busy.add(at, at);
    if (event.type !== 'conversation.item.create') return;
    const item = objectOf(event.item);
    if (item.type === 'function_call_output') this.#finish(`call ${textOf(item.call_id)}`, at);
    if (item.type === 'mcp_approval_response')
      this.#finish(`approval ${textOf(item.approval_request_id)}`, at, {
        label: `approval: ${item.approve === true ? 'given' : 'denied'}`,
      });
  }

  #server({ index: row }: LogRow, at: number, frame: LoggedFrame, audioMs: number): void {
    const event: Json = frame.event;
    this.ticks.at.push(at);
    this.ticks.row.push(row);
    this.#busy.add(at, at);
    const id = textOf(event.item_id);
    const type = textOf(event.type);
    switch (type) {
      case 'input_audio_buffer.speech_started':
        for (const answer of this.#answers.values()) answer.interrupted ??= { at, row };
        return this.#begin(`speech ${id}`, {
          lane: 'user',
          kind: 'speech',
          from: this.#speech.startOf({ ...frame, time: at }) ?? at,
          row,
          label: 'User speech',
          item: id,
        });
      case 'input_audio_buffer.speech_stopped':
        return this.#stopSpeech(at, id, frame);
      case 'input_audio_buffer.committed':
        return this.#begin(`transcript ${id}`, {
          ...{ lane: 'stages', kind: 'transcription', from: at, row, label: 'Transcription', item: id },
        });
      case 'conversation.item.input_audio_transcription.completed':
        return this.#finish(`transcript ${id}`, at);
      case 'conversation.item.input_audio_transcription.failed':
        return this.#finish(`transcript ${id}`, at, { label: 'Transcription failed', hasFailed: true });
      case 'conversation.item.added':
      case 'conversation.item.created':
        return this.#message(row, at, objectOf(event.item));
      case 'conversation.item.truncated':
        return this.#played.truncate(id, event.audio_end_ms, at);
      case 'output_audio_buffer.started':
        return this.#begin(`played ${textOf(event.response_id)}`, {
          ...{ lane: 'played', kind: 'playback', from: at, row, label: 'Played', response: textOf(event.response_id) },
        });
      case 'output_audio_buffer.stopped':
        return this.#finish(`played ${textOf(event.response_id)}`, at);
      case 'output_audio_buffer.cleared':
        return this.#finish(`played ${textOf(event.response_id)}`, at, { label: 'Played, then cleared' });
      case 'response.created':
        return this.#answer(row, at, objectOf(event.response));
      case 'response.done':
        return this.#answered(at, objectOf(event.response));
      case 'response.output_item.added':
      case 'response.output_item.done':
        return this.#call(row, at, type, objectOf(event.item), textOf(event.response_id));
      case 'response.mcp_call.in_progress':
        return this.#begin(`mcp ${id}`, { lane: 'tools', kind: 'mcp', from: at, row, label: 'MCP call' });
      case 'response.mcp_call.completed':
        return this.#finish(`mcp ${id}`, at);
      case 'response.mcp_call.failed':
        return this.#finish(`mcp ${id}`, at, { label: 'MCP call failed', hasFailed: true });
      case 'mcp_list_tools.in_progress':
        return this.#begin(`list ${id}`, { lane: 'tools', kind: 'listing', from: at, row, label: 'List MCP tools' });
      case 'mcp_list_tools.completed':
        return this.#finish(`list ${id}`, at);
      case 'mcp_list_tools.failed':
        return this.#finish(`list ${id}`, at, { label: 'listing of MCP tools failed', hasFailed: true });
      case 'error': {
        const { code, message } = objectOf(event.error);
        const label = `error: ${textOf(message).slice(0, 200) || textOf(code)}`;
        this.#add({ lane: 'server', kind: 'error', from: at, to: at, row, label, hasFailed: true });
        return;
      }
      default:
        if (audioMs > 0) this.#busy.add(at, this.#played.play(row, at, id, audioMs));
    }
  }

  /** Places the end of speech where it was spoken: the server waits for silence before it reports it. */
  #stopSpeech(at: number, id: string, frame: LoggedFrame): void {
    const end = this.#speech.endOf({ ...frame, time: at }) ?? at;
    this.#finish(`speech ${id}`, end);
  }

  /** A message that the user wrote: what was spoken has its own span. */
  #message(row: number, at: number, { id, type, role, content }: Json): void {
    const isWritten = Array.isArray(content) && content.some((part) => objectOf(part).type === 'input_text');
    if (type !== 'message' || role !== 'user' || !isWritten) return;
    this.#add({ lane: 'user', kind: 'message', from: at, to: at, row, label: 'Message', item: textOf(id) });
  }

  #answer(row: number, at: number, response: Json): void {
    const id = textOf(response.id);
    if (id === '') return;
    const isAside = response.conversation_id === null;
    const label = isAside ? 'Out-of-band response' : 'Response';
    this.#answers.set(id, {
      span: this.#add({ lane: 'response', kind: 'response', from: at, to: null, row, label, response: id }),
    });
  }

  #answered(at: number, response: Json): void {
    const id = textOf(response.id);
    const made = this.#answers.get(id);
    if (!made) return;
    this.#answers.delete(id);
    const status = textOf(response.status) || 'ended';
    const reason = textOf(objectOf(response.status_details).reason);
    const span = this.#own[made.span] as Span;
    const label = `${span.label}: ${status}${reason ? `, ${reason.replaceAll('_', ' ')}` : ''}`;
    this.#own[made.span] = { ...span, to: at, label, hasFailed: status === 'failed' };
    this.#busy.add(span.from, at);
    const { interrupted } = made;
    if (status === 'cancelled' && interrupted)
      this.#add({
        lane: 'response',
        kind: 'barge-in',
        from: interrupted.at,
        to: at,
        row: interrupted.row,
        label: 'Interrupted',
        response: id,
      });
  }

  #call(row: number, at: number, type: string, item: Json, response: string): void {
    const name = textOf(item.name);
    if (item.type === 'function_call' && type.endsWith('.added'))
      this.#begin(`call ${textOf(item.call_id)}`, {
        lane: 'tools',
        kind: 'function',
        from: at,
        row,
        label: name,
        item: textOf(item.id),
        response,
      });
    if (item.type === 'mcp_approval_request' && type.endsWith('.done'))
      this.#begin(`approval ${textOf(item.id)}`, {
        lane: 'tools',
        kind: 'approval',
        from: at,
        row,
        label: 'Waiting for approval',
      });
  }

  advance(): void {
    const { rows, turns } = this.#log;
    if (this.#read === rows.length) return;
    for (; this.#read < rows.length; this.#read++) this.#readRow(rows[this.#read] as LogRow);
    this.spans = [...this.#own, ...this.#stages.read(turns.turns)]
      .filter((span) => !isWaitedFor(span, turns.ofItem(span.item ?? '')))
      .sort((a, b) => a.from - b.from);
  }

  #readRow(row: LogRow): void {
    const frame = frameOf(row);
    if (row.at !== null) this.end = Math.max(this.end, row.at);
    if (frame && row.at !== null) this.#enter(this.#blocks.of(frame));
    const audioMs = this.#audio.observe(row);
    if (!frame || row.at === null) return;
    this.#speech.observe({ ...frame, time: row.at });
    if (frame.from === 'client') this.#client(row.index, row.at, frame.event);
    else this.#server(row, row.at, frame, audioMs);
  }
}

/** A transcription that a response waited for is a stage of its turn. */
const isWaitedFor = ({ kind, hasFailed, to }: Span, turn: Turn | undefined): boolean =>
  kind === 'transcription' && !hasFailed && turn !== undefined && stagesOf(turn).some((stage) => stage.to === to);

export const createSpans = (log: FrameLog): Spans => new SpanReader(log);
