// Index of the audio of each item, including unheard audio. References the strings of the events; decodes on demand.

import { BYTES_PER_MS, BYTES_PER_SAMPLE, type RealtimeAudioFormat } from '@colloquy/protocol';
import { base64Bytes } from '../audio/base64-bytes.ts';
import { type Json, objectOf } from './json-value.ts';
import { frameOf, type LogRow } from './log-row.ts';

/** A piece of audio as it came. */
export interface AudioChunk {
  readonly row: number;
  /** Base64. */
  readonly audio: string;
  readonly bytes: number;
  /** Bytes at its beginning that end a sample of the chunk before it. Absent: none. */
  readonly continued?: number;
}

/** The audio of one part of an item. */
export interface PartAudio {
  readonly format: RealtimeAudioFormat;
  /** In order. The list may grow. */
  readonly chunks: readonly AudioChunk[];
  /** The first and the last byte of the chunks that belong to it; all, when absent. */
  readonly from: number;
  readonly to: number | undefined;
}

export interface AudioIndex {
  addRow(row: LogRow): void;
  /** The audio of a part, as far as it came in the first `count` rows; `undefined` where the log holds none. */
  of(itemId: string, contentIndex: number, count?: number): PartAudio | undefined;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const index = (value: unknown): number => (Number.isInteger(value) ? (value as number) : 0);

/** A hidden audio reads `[REDACTED]`, which is no base64. */
const isAudio = (value: unknown): value is string => typeof value === 'string' && value !== '' && value[0] !== '[';

const PCM: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24_000 };

interface Stretch {
  format: RealtimeAudioFormat;
  from: number;
  to: number | undefined;
}

export function createAudioIndex(): AudioIndex {
  const made = new Map<string, { format: RealtimeAudioFormat; chunks: AudioChunk[] }>();
  /** All audio the client appended. */
  const appended: AudioChunk[] = [];
  /** Where each chunk of `appended` begins. */
  const begins: number[] = [];
  const spoken = new Map<string, Stretch>();
  /** Audio inside items the client created, whose ids are not known yet. */
  const waiting: { audio: string; index: number }[][] = [];
  const format = { input: PCM, output: PCM };
  let total = 0;
  /** Where the audio begins that is not committed. */
  let open = 0;

  const key = (itemId: string, contentIndex: number) => `${contentIndex} ${itemId}`;
  const at = (ms: unknown) =>
    typeof ms === 'number' && ms >= 0 ? Math.round(ms * BYTES_PER_MS[format.input.type]) & ~1 : undefined;

  function put(itemId: string, contentIndex: number, chunk: AudioChunk, side: 'input' | 'output'): void {
    const name = key(itemId, contentIndex);
    const known = made.get(name);
    if (known) known.chunks.push(chunk);
    else made.set(name, { format: format[side], chunks: [chunk] });
  }

  /** Bytes of a sample that has begun: appends may be cut anywhere [IB3]. */
  const partial = () => total % BYTES_PER_SAMPLE[format.input.type];

  function append(row: number, audio: unknown, counted: unknown): void {
    const bytes = isAudio(audio) ? base64Bytes(audio) : typeof counted === 'number' ? counted : 0;
    if (isAudio(audio)) {
      const continued = partial();
      appended.push({ row, audio, bytes, ...(continued > 0 && { continued }) });
      begins.push(total);
    }
    total += bytes;
  }

  function configure(session: Json): void {
    const { input, output } = objectOf(session.audio);
    for (const [side, parts] of [['input', input] as const, ['output', output] as const]) {
      const stated = objectOf(objectOf(parts).format);
      if (Object.hasOwn(BYTES_PER_MS, text(stated.type) ?? '')) format[side] = stated as unknown as RealtimeAudioFormat;
    }
  }

  /** Audio that stands in an item: what a client created, or a server retrieved. */
  function inItem(item: Json): { audio: string; index: number }[] {
    const content = Array.isArray(item.content) ? (item.content as unknown[]) : [];
    return content.flatMap((part, index) => {
      const { audio } = objectOf(part);
      return isAudio(audio) ? [{ audio, index }] : [];
    });
  }

  function hearClient(row: number, event: Json, counted: readonly unknown[]): void {
    if (event.type === 'input_audio_buffer.append') return append(row, event.audio, counted[0]);
    if (event.type !== 'conversation.item.create') return;
    const parts = inItem(objectOf(event.item));
    if (parts.length > 0) waiting.push(parts);
  }

  function hearServer(row: number, event: Json): void {
    const item = objectOf(event.item);
    const id = text(event.item_id) ?? text(item.id);
    switch (event.type) {
      case 'session.created':
      case 'session.updated':
        return configure(objectOf(event.session));
      case 'response.output_audio.delta':
      case 'response.audio.delta':
        if (id && isAudio(event.delta)) {
          const chunk = { row, audio: event.delta, bytes: base64Bytes(event.delta) };
          put(id, index(event.content_index), chunk, 'output');
        }
        return;
      case 'input_audio_buffer.speech_started':
        if (id) spoken.set(id, { format: format.input, from: at(event.audio_start_ms) ?? open, to: undefined });
        return;
      case 'input_audio_buffer.speech_stopped': {
        const stretch = spoken.get(id ?? '');
        if (stretch) stretch.to = at(event.audio_end_ms);
        return;
      }
      case 'input_audio_buffer.committed': {
        const stretch = spoken.get(id ?? '') ?? { format: format.input, from: open, to: undefined };
        if (stretch.to === undefined) {
          total -= partial();
          stretch.to = total;
        }
        open = stretch.to;
        if (id) spoken.set(id, stretch);
        return;
      }
      case 'input_audio_buffer.cleared':
        total -= partial();
        open = total;
        return;
      case 'input_audio_buffer.timeout_triggered':
        if (id)
          spoken.set(id, { format: format.input, from: at(event.audio_start_ms) ?? open, to: at(event.audio_end_ms) });
        return;
      case 'conversation.item.added': {
        if (item.role !== 'user' || !id || spoken.has(id) || !hasSpeech(item)) return;
        for (const { audio, index } of waiting.shift() ?? [])
          put(id, index, { row, audio, bytes: base64Bytes(audio) }, 'input');
        return;
      }
      case 'conversation.item.retrieved':
        for (const { audio, index } of inItem(item)) {
          const isKnown = made.has(key(id ?? '', index)) || spoken.has(id ?? '');
          const chunk = { row, audio, bytes: base64Bytes(audio) };
          if (id && !isKnown) put(id, index, chunk, item.role === 'user' ? 'input' : 'output');
        }
    }
  }

  return {
    addRow(row) {
      const frame = frameOf(row);
      if (!frame) return;
      const event = frame.event as Json;
      if (frame.from === 'server') return hearServer(row.index, event);
      const { entry } = row;
      const counted = entry.kind === 'input' && entry.input.from === 'client' ? (entry.input.audio_bytes ?? []) : [];
      hearClient(row.index, event, counted);
    },
    of(itemId, contentIndex, count = Number.POSITIVE_INFINITY) {
      const known = made.get(key(itemId, contentIndex));
      if (known) {
        const chunks = known.chunks.filter(({ row }) => row < count);
        return chunks.length > 0 ? { format: known.format, chunks, from: 0, to: undefined } : undefined;
      }
      const stretch = contentIndex === 0 ? spoken.get(itemId) : undefined;
      if (!stretch) return undefined;
      const first = Math.max(0, lastAtMost(begins, stretch.from));
      const chunks: AudioChunk[] = [];
      for (let i = first; i < appended.length && (begins[i] as number) < (stretch.to ?? total); i++) {
        const chunk = appended[i] as AudioChunk;
        if (chunk.row < count) chunks.push(chunk);
      }
      const begin = begins[first] ?? 0;
      if (chunks.length === 0) return undefined;
      const { format, from, to } = stretch;
      return { format, chunks, from: Math.max(0, from - begin), to: to === undefined ? undefined : to - begin };
    },
  };
}

const hasSpeech = ({ content }: Json) =>
  Array.isArray(content) && content.some((part) => objectOf(part).type === 'input_audio');

/** The index of the last number that is no more than `most`; -1 when there is none. */
function lastAtMost(sorted: readonly number[], most: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= most) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
