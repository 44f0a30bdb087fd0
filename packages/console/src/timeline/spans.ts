// Builds the spans of a log per lane: speech, responses and parts, tools, playback. Incremental; times in milliseconds.

import { BYTES_PER_MS, type RealtimeAudioFormat } from '@colloquy/protocol';
import { createSessionBlocks, createStopwatch, type LoggedFrame, type SessionBlock } from '@colloquy/session';
import type { FrameLog } from '../log/frame-log.ts';
import { frameOf, type LogRow } from '../log/log-row.ts';

export const LANES = ['user', 'server', 'response', 'tools', 'playback'] as const;
export type Lane = (typeof LANES)[number];

/** What a span is. */
export type SpanKind =
  /** The user speaks, as the detector heard it. */
  | 'speech'
  /** The silence that had to pass before the turn was over. */
  | 'hold'
  /** From the end of the turn to its words. */
  | 'recognition'
  | 'response'
  /** From the request to the first of anything. */
  | 'model'
  /** From the first words to their sound. */
  | 'synthesis'
  /** From being asked to the first sound. */
  | 'first-audio'
  /** From the user's voice to the end of the answer it stopped. */
  | 'barge-in'
  | 'function'
  | 'mcp'
  | 'listing'
  | 'approval'
  | 'playback'
  | 'error';

export interface Span {
  readonly lane: Lane;
  readonly kind: SpanKind;
  readonly from: number;
  /** `null` while it lasts. */
  readonly to: number | null;
  /** The row that began it. */
  readonly row: number;
  /** What it is, and how it ended. */
  readonly label: string;
  /** Whether something went wrong. */
  readonly hasFailed: boolean;
}

export interface Spans {
  /** In the order they began to be known. The list grows; a span that lasts is replaced when it ends. */
  readonly spans: readonly Span[];
  /** Times of the server's events, ascending, with their rows beside. */
  readonly ticks: { readonly at: readonly number[]; readonly row: readonly number[] };
  /** The last time of the log. */
  readonly end: number;
  /** Reads on, to the end of what there is. */
  advance(): void;
}

type Json = Readonly<Record<string, unknown>>;
const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const AUDIO_DELTA = /^response\.(?:output_)?audio\.delta$/;
const TRANSCRIPT_DELTA = /^response\.(?:output_)?audio_transcript\.delta$/;
const DEFAULT_SILENCE_MS = 500;

interface Answer {
  readonly span: number;
  readonly began: number;
  firstOutput?: number;
  firstTextAt?: number;
  firstAudio?: number;
  /** When the user began to speak over it. */
  interrupted?: { at: number; row: number };
}

export function createSpans({ rows }: FrameLog): Spans {
  const spans: Span[] = [];
  const ticks = { at: [] as number[], row: [] as number[] };
  /** Spans that last, by what ends them. */
  const open = new Map<string, number>();
  const answers = new Map<string, Answer>();
  const playing = new Map<string, { span: number; from: number; ms: number }>();
  let format: RealtimeAudioFormat['type'] = 'audio/pcm';
  let silenceMs: number | undefined = DEFAULT_SILENCE_MS;
  let playedUntil = 0;
  let read = 0;
  let end = 0;
  const blocks = createSessionBlocks();
  const stopwatch = createStopwatch();
  let session: SessionBlock | undefined;

  function add(span: Omit<Span, 'hasFailed'> & { hasFailed?: boolean }): number {
    spans.push({ hasFailed: false, ...span });
    return spans.length - 1;
  }

  function begin(key: string, span: Omit<Span, 'to' | 'hasFailed'>): void {
    if (key !== ' ') open.set(key, add({ ...span, to: null }));
  }

  function finish(key: string, at: number, change: Partial<Pick<Span, 'label' | 'hasFailed'>> = {}): void {
    const index = open.get(key);
    if (index === undefined) return;
    open.delete(key);
    const span = spans[index] as Span;
    spans[index] = { ...span, to: Math.max(span.from, at), ...change };
  }

  /** Another session waits for nothing that was under way in the one before. */
  function enter(block: SessionBlock): void {
    if (session !== undefined && session !== block) {
      for (const lasting of [open, answers, playing]) lasting.clear();
      playedUntil = 0;
    }
    session = block;
  }

  function client(at: number, event: Json): void {
    if (event.type !== 'conversation.item.create') return;
    const item = object(event.item);
    if (item.type === 'function_call_output') finish(`call ${text(item.call_id)}`, at);
    if (item.type === 'mcp_approval_response')
      finish(`approval ${text(item.approval_request_id)}`, at, {
        label: `approval: ${item.approve === true ? 'given' : 'denied'}`,
      });
  }

  function server({ index: row }: LogRow, at: number, frame: LoggedFrame): void {
    const event: Json = frame.event;
    ticks.at.push(at);
    ticks.row.push(row);
    const id = text(event.item_id);
    const type = text(event.type);
    switch (type) {
      case 'session.created':
      case 'session.updated':
        return configure(object(event.session));
      case 'input_audio_buffer.speech_started':
        for (const answer of answers.values()) answer.interrupted ??= { at, row };
        return begin(`speech ${id}`, { lane: 'user', kind: 'speech', from: at, row, label: 'User speech' });
      case 'input_audio_buffer.speech_stopped': {
        finish(`speech ${id}`, at);
        const from = silenceMs === undefined ? undefined : at - silenceMs;
        if (from !== undefined)
          add({
            lane: 'user',
            kind: 'hold',
            from: Math.max(0, from),
            to: at,
            row,
            label: 'VAD silence',
          });
        return;
      }
      case 'input_audio_buffer.committed':
        return begin(`words ${id}`, { lane: 'user', kind: 'recognition', from: at, row, label: 'STT' });
      case 'conversation.item.input_audio_transcription.completed':
        return finish(`words ${id}`, at);
      case 'conversation.item.input_audio_transcription.failed':
        return finish(`words ${id}`, at, { label: 'Transcription failed', hasFailed: true });
      case 'conversation.item.truncated':
        return truncate(id, event.audio_end_ms, at);
      case 'response.created':
        return answer(row, at, object(event.response));
      case 'response.done':
        return answered(at, object(event.response));
      case 'response.output_item.added':
      case 'response.output_item.done':
        return call(row, at, type, object(event.item));
      case 'response.mcp_call.in_progress':
        return begin(`mcp ${id}`, { lane: 'tools', kind: 'mcp', from: at, row, label: 'MCP call' });
      case 'response.mcp_call.completed':
        return finish(`mcp ${id}`, at);
      case 'response.mcp_call.failed':
        return finish(`mcp ${id}`, at, { label: 'MCP call failed', hasFailed: true });
      case 'mcp_list_tools.in_progress':
        return begin(`list ${id}`, { lane: 'tools', kind: 'listing', from: at, row, label: 'List MCP tools' });
      case 'mcp_list_tools.completed':
        return finish(`list ${id}`, at);
      case 'mcp_list_tools.failed':
        return finish(`list ${id}`, at, { label: 'listing of MCP tools failed', hasFailed: true });
      case 'error': {
        const { code, message } = object(event.error);
        const label = `error: ${text(message).slice(0, 200) || text(code)}`;
        add({ lane: 'server', kind: 'error', from: at, to: at, row, label, hasFailed: true });
        return;
      }
      default:
        if (type.endsWith('.delta')) piece(row, at, type, frame);
    }
  }

  function configure({ turn_detection: beta, audio }: Json): void {
    const { input, output } = object(audio);
    const detection = 'turn_detection' in object(input) ? object(input).turn_detection : beta;
    const { type, silence_duration_ms: ms } = object(detection);
    // How long a semantic detector waits depends on the words: nobody says.
    silenceMs = type === 'semantic_vad' ? undefined : typeof ms === 'number' ? ms : DEFAULT_SILENCE_MS;
    const spoken = object(object(output).format).type;
    if (spoken === 'audio/pcm' || spoken === 'audio/pcmu' || spoken === 'audio/pcma') format = spoken;
  }

  function answer(row: number, at: number, response: Json): void {
    const id = text(response.id);
    if (id === '') return;
    const isAside = response.conversation_id === null;
    const label = isAside ? 'Out-of-band response' : 'Response';
    answers.set(id, {
      span: add({ lane: 'response', kind: 'response', from: at, to: null, row, label }),
      began: at,
    });
  }

  function piece(row: number, at: number, type: string, frame: LoggedFrame): void {
    const { event } = frame;
    const made = answers.get(text(event.response_id));
    if (!made) return;
    if (made.firstOutput === undefined) {
      made.firstOutput = at;
      add({ lane: 'response', kind: 'model', from: made.began, to: at, row, label: 'LLM first text' });
    }
    if (TRANSCRIPT_DELTA.test(type)) made.firstTextAt ??= at;
    if (!AUDIO_DELTA.test(type)) return;
    if (made.firstAudio === undefined) {
      made.firstAudio = at;
      const label = 'TTS first audio';
      if (made.firstTextAt !== undefined)
        add({ lane: 'response', kind: 'synthesis', from: made.firstTextAt, to: at, row, label });
      const ms = stopwatch.soFar(frame)?.first_audio_ms ?? at - made.began;
      add({
        lane: 'response',
        kind: 'first-audio',
        from: at - ms,
        to: at,
        row,
        label: 'Time to first audio',
      });
    }
    play(row, at, text(event.item_id), text(event.delta));
  }

  /** As a player would: one sound after the other, each as soon as there is something of it. */
  function play(row: number, at: number, item: string, delta: string): void {
    const bytes = delta.startsWith('[') ? 0 : Math.floor((delta.length * 3) / 4);
    const ms = bytes / BYTES_PER_MS[format];
    let sound = playing.get(item);
    if (!sound) {
      const from = Math.max(at, playedUntil);
      sound = {
        span: add({ lane: 'playback', kind: 'playback', from, to: from, row, label: 'Played audio' }),
        from,
        ms: 0,
      };
      playing.set(item, sound);
    }
    sound.ms += ms;
    playedUntil = sound.from + sound.ms;
    spans[sound.span] = { ...(spans[sound.span] as Span), to: playedUntil };
  }

  function truncate(item: string, playedMs: unknown, at: number): void {
    const sound = playing.get(item);
    if (!sound || typeof playedMs !== 'number') return;
    const to = sound.from + Math.min(playedMs, sound.ms);
    playedUntil = Math.min(playedUntil, Math.max(to, at));
    spans[sound.span] = {
      ...(spans[sound.span] as Span),
      to,
      label: `Played audio, cut after ${Math.round(playedMs)} ms`,
    };
  }

  function answered(at: number, response: Json): void {
    const id = text(response.id);
    const made = answers.get(id);
    if (!made) return;
    answers.delete(id);
    const status = text(response.status) || 'ended';
    const reason = text(object(response.status_details).reason);
    const span = spans[made.span] as Span;
    const label = `${span.label}: ${status}${reason ? `, ${reason.replaceAll('_', ' ')}` : ''}`;
    spans[made.span] = { ...span, to: at, label, hasFailed: status === 'failed' };
    const { interrupted } = made;
    if (status === 'cancelled' && interrupted)
      add({
        lane: 'response',
        kind: 'barge-in',
        from: interrupted.at,
        to: at,
        row: interrupted.row,
        label: 'interrupted',
      });
  }

  function call(row: number, at: number, type: string, item: Json): void {
    const name = text(item.name);
    if (item.type === 'function_call' && type.endsWith('.added'))
      begin(`call ${text(item.call_id)}`, {
        lane: 'tools',
        kind: 'function',
        from: at,
        row,
        label: `function ${name}`,
      });
    if (item.type === 'mcp_approval_request' && type.endsWith('.done'))
      begin(`approval ${text(item.id)}`, {
        lane: 'tools',
        kind: 'approval',
        from: at,
        row,
        label: 'Waiting for approval',
      });
  }

  return {
    spans,
    ticks,
    get end() {
      return end;
    },
    advance() {
      for (; read < rows.length; read++) {
        const row = rows[read] as LogRow;
        const frame = frameOf(row);
        if (row.at !== null) end = Math.max(end, row.at);
        if (!frame) continue;
        stopwatch.observe(frame);
        if (row.at === null) continue;
        enter(blocks.of(frame));
        if (frame.from === 'client') client(row.at, frame.event);
        else server(row, row.at, frame);
      }
    },
  };
}
