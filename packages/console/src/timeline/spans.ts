// Builds the spans of a log per lane: speech, responses and parts, tools, playback. Incremental; times in milliseconds.
// What a span is: `span.ts`.

import { BYTES_PER_MS, type RealtimeAudioFormat } from '@colloquy/protocol';
import {
  createSessionBlocks,
  createSpeechClock,
  createStopwatch,
  type LoggedFrame,
  type SessionBlock,
} from '@colloquy/session';
import type { FrameLog } from '../log/frame-log.ts';
import { frameOf, type LogRow } from '../log/log-row.ts';
import { PlayedAudio } from './played-audio.ts';
import type { Span, Spans } from './span.ts';

type Json = Readonly<Record<string, unknown>>;
const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Of base64; hidden audio reads `[REDACTED]`. */
const bytesOf = (base64: string): number => (base64.startsWith('[') ? 0 : Math.floor((base64.length * 3) / 4));

const AUDIO_DELTA = /^response\.(?:output_)?audio\.delta$/;
const TRANSCRIPT_DELTA = /^response\.(?:output_)?audio_transcript\.delta$/;

interface Answer {
  readonly span: number;
  readonly began: number;
  firstOutput?: number;
  firstTextAt?: number;
  firstAudio?: number;
  /** When the user began to speak over it. */
  interrupted?: { at: number; row: number };
}

class SpanReader implements Spans {
  readonly spans: Span[] = [];

  readonly ticks = { at: [] as number[], row: [] as number[] };

  /** The last time of the log. */
  end = 0;

  readonly #rows: FrameLog['rows'];

  /** Spans that last, by what ends them. */
  readonly #open = new Map<string, number>();

  readonly #answers = new Map<string, Answer>();

  readonly #played = new PlayedAudio(this.spans);

  #outputFormat: RealtimeAudioFormat['type'] = 'audio/pcm';

  #speech = createSpeechClock();

  #read = 0;

  readonly #blocks = createSessionBlocks();

  readonly #stopwatch = createStopwatch();

  #session: SessionBlock | undefined;

  constructor({ rows }: FrameLog) {
    this.#rows = rows;
  }

  #add(span: Omit<Span, 'hasFailed'> & { hasFailed?: boolean }): number {
    this.spans.push({ hasFailed: false, ...span });
    return this.spans.length - 1;
  }

  #begin(key: string, span: Omit<Span, 'to' | 'hasFailed'>): void {
    if (key !== ' ') this.#open.set(key, this.#add({ ...span, to: null }));
  }

  #finish(key: string, at: number, change: Partial<Pick<Span, 'label' | 'hasFailed'>> = {}): void {
    const index = this.#open.get(key);
    if (index === undefined) return;
    this.#open.delete(key);
    const span = this.spans[index] as Span;
    this.spans[index] = { ...span, to: Math.max(span.from, at), ...change };
  }

  /** Another session waits for nothing that was under way in the one before. */
  #enter(block: SessionBlock): void {
    if (this.#session !== undefined && this.#session !== block) {
      for (const lasting of [this.#open, this.#answers, this.#played]) lasting.clear();
      this.#speech = createSpeechClock();
    }
    this.#session = block;
  }

  #client(at: number, event: Json): void {
    if (event.type !== 'conversation.item.create') return;
    const item = object(event.item);
    if (item.type === 'function_call_output') this.#finish(`call ${text(item.call_id)}`, at);
    if (item.type === 'mcp_approval_response')
      this.#finish(`approval ${text(item.approval_request_id)}`, at, {
        label: `approval: ${item.approve === true ? 'given' : 'denied'}`,
      });
  }

  #server({ index: row }: LogRow, at: number, frame: LoggedFrame): void {
    const event: Json = frame.event;
    this.ticks.at.push(at);
    this.ticks.row.push(row);
    const id = text(event.item_id);
    const type = text(event.type);
    switch (type) {
      case 'session.created':
      case 'session.updated':
        return this.#configure(object(event.session));
      case 'input_audio_buffer.speech_started':
        for (const answer of this.#answers.values()) answer.interrupted ??= { at, row };
        return this.#begin(`speech ${id}`, {
          lane: 'user',
          kind: 'speech',
          from: this.#speech.startOf({ ...frame, time: at }) ?? at,
          row,
          label: 'User speech',
        });
      case 'input_audio_buffer.speech_stopped':
        return this.#stopSpeech(row, at, id, frame);
      case 'input_audio_buffer.committed':
        return this.#begin(`words ${id}`, { lane: 'user', kind: 'recognition', from: at, row, label: 'STT' });
      case 'conversation.item.input_audio_transcription.completed':
        return this.#finish(`words ${id}`, at);
      case 'conversation.item.input_audio_transcription.failed':
        return this.#finish(`words ${id}`, at, { label: 'Transcription failed', hasFailed: true });
      case 'conversation.item.truncated':
        return this.#played.truncate(id, event.audio_end_ms, at);
      case 'response.created':
        return this.#answer(row, at, object(event.response));
      case 'response.done':
        return this.#answered(at, object(event.response));
      case 'response.output_item.added':
      case 'response.output_item.done':
        return this.#call(row, at, type, object(event.item));
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
        const { code, message } = object(event.error);
        const label = `error: ${text(message).slice(0, 200) || text(code)}`;
        this.#add({ lane: 'server', kind: 'error', from: at, to: at, row, label, hasFailed: true });
        return;
      }
      default:
        if (type.endsWith('.delta')) this.#piece(row, at, type, frame);
    }
  }

  /** Places the end of speech where it was spoken: the server waits for silence before it reports it. */
  #stopSpeech(row: number, at: number, id: string, frame: LoggedFrame): void {
    const end = this.#speech.endOf({ ...frame, time: at }) ?? at;
    this.#finish(`speech ${id}`, end);
    if (end < at) this.#add({ lane: 'user', kind: 'hold', from: end, to: at, row, label: 'VAD silence' });
  }

  #configure({ audio }: Json): void {
    const { type: format } = object(object(object(audio).output).format);
    if (format === 'audio/pcm' || format === 'audio/pcmu' || format === 'audio/pcma') this.#outputFormat = format;
  }

  #answer(row: number, at: number, response: Json): void {
    const id = text(response.id);
    if (id === '') return;
    const isAside = response.conversation_id === null;
    const label = isAside ? 'Out-of-band response' : 'Response';
    this.#answers.set(id, {
      span: this.#add({ lane: 'response', kind: 'response', from: at, to: null, row, label }),
      began: at,
    });
  }

  #piece(row: number, at: number, type: string, frame: LoggedFrame): void {
    const { event } = frame;
    const made = this.#answers.get(text(event.response_id));
    if (!made) return;
    if (made.firstOutput === undefined) {
      made.firstOutput = at;
      this.#add({ lane: 'response', kind: 'model', from: made.began, to: at, row, label: 'LLM first text' });
    }
    if (TRANSCRIPT_DELTA.test(type)) made.firstTextAt ??= at;
    if (!AUDIO_DELTA.test(type)) return;
    if (made.firstAudio === undefined) {
      made.firstAudio = at;
      const label = 'TTS first audio';
      if (made.firstTextAt !== undefined)
        this.#add({ lane: 'response', kind: 'synthesis', from: made.firstTextAt, to: at, row, label });
      const waited = this.#stopwatch.soFar(frame)?.first_audio_ms;
      const from = waited == null ? made.began : at - waited;
      this.#add({ lane: 'response', kind: 'first-audio', from, to: at, row, label: 'Time to first audio' });
    }
    const playedMs = bytesOf(text(event.delta)) / BYTES_PER_MS[this.#outputFormat];
    this.#played.play(row, at, text(event.item_id), playedMs);
  }

  #answered(at: number, response: Json): void {
    const id = text(response.id);
    const made = this.#answers.get(id);
    if (!made) return;
    this.#answers.delete(id);
    const status = text(response.status) || 'ended';
    const reason = text(object(response.status_details).reason);
    const span = this.spans[made.span] as Span;
    const label = `${span.label}: ${status}${reason ? `, ${reason.replaceAll('_', ' ')}` : ''}`;
    this.spans[made.span] = { ...span, to: at, label, hasFailed: status === 'failed' };
    const { interrupted } = made;
    if (status === 'cancelled' && interrupted)
      this.#add({
        lane: 'response',
        kind: 'barge-in',
        from: interrupted.at,
        to: at,
        row: interrupted.row,
        label: 'interrupted',
      });
  }

  #call(row: number, at: number, type: string, item: Json): void {
    const name = text(item.name);
    if (item.type === 'function_call' && type.endsWith('.added'))
      this.#begin(`call ${text(item.call_id)}`, {
        lane: 'tools',
        kind: 'function',
        from: at,
        row,
        label: `function ${name}`,
      });
    if (item.type === 'mcp_approval_request' && type.endsWith('.done'))
      this.#begin(`approval ${text(item.id)}`, {
        lane: 'tools',
        kind: 'approval',
        from: at,
        row,
        label: 'Waiting for approval',
      });
  }

  advance(): void {
    for (; this.#read < this.#rows.length; this.#read++) {
      const row = this.#rows[this.#read] as LogRow;
      const frame = frameOf(row);
      if (row.at !== null) this.end = Math.max(this.end, row.at);
      if (!frame) continue;
      this.#stopwatch.observe(frame);
      if (row.at === null) continue;
      this.#enter(this.#blocks.of(frame));
      this.#speech.observe({ ...frame, time: row.at });
      if (frame.from === 'client') this.#client(row.at, frame.event);
      else this.#server(row, row.at, frame);
    }
  }
}

export const createSpans = (log: FrameLog): Spans => new SpanReader(log);
