// Index of the transcript of each part: which characters came before which row. The audio of a part: `audio-index.ts`.

import { BYTES_PER_MS } from '@colloquy/protocol';
import type { PartAudio } from './audio-index.ts';
import { frameOf, type LogRow } from './log-row.ts';

/** A delta of a transcript. */
export interface TranscriptPiece {
  readonly row: number;
  /** Characters before it. */
  readonly from: number;
}

export interface TranscriptIndex {
  addRow(row: LogRow): void;
  /** The pieces of a part in order; empty if its transcript came as a whole. */
  of(itemId: string, contentIndex: number): readonly TranscriptPiece[];
}

export function createTranscriptIndex(): TranscriptIndex {
  const parts = new Map<string, { pieces: TranscriptPiece[]; chars: number }>();
  const key = (itemId: string, contentIndex: unknown) => `${contentIndex ?? 0} ${itemId}`;
  return {
    addRow(row) {
      if (row.type !== 'response.output_audio_transcript.delta' && row.type !== 'response.audio_transcript.delta')
        return;
      const event = frameOf(row)?.event as { item_id?: unknown; content_index?: unknown; delta?: unknown } | undefined;
      if (typeof event?.item_id !== 'string' || typeof event.delta !== 'string') return;
      const name = key(event.item_id, event.content_index);
      const part = parts.get(name) ?? { pieces: [], chars: 0 };
      parts.set(name, part);
      part.pieces.push({ row: row.index, from: part.chars });
      part.chars += event.delta.length;
    },
    of: (itemId, contentIndex) => parts.get(key(itemId, contentIndex))?.pieces ?? [],
  };
}

/** Nobody speaks faster, so a piece that came sooner after the one before ran ahead of its audio. */
const MAX_CHARS_PER_MS = 0.03;

/**
 * Characters of a transcript of `length` that were spoken after `ms` of its audio. No event has word times. Known is where a piece
 * of the transcript came between the chunks of audio: engines send the text of a clause, then its audio. Between such places it is
 * linear by characters.
 */
export function spokenChars(pieces: readonly TranscriptPiece[], audio: PartAudio, ms: number, length: number): number {
  const perMs = BYTES_PER_MS[audio.format.type];
  let bytes = 0;
  let next = 0;
  let last = { ms: 0, chars: 0 };
  for (const { row, from } of pieces) {
    for (; next < audio.chunks.length && (audio.chunks[next]?.row ?? 0) < row; next++)
      bytes += audio.chunks[next]?.bytes ?? 0;
    const at = bytes / perMs;
    // A transcript that follows its audio says nothing about where its words are in it.
    if (from === 0 && at > 0) break;
    if (from - last.chars > (at - last.ms) * MAX_CHARS_PER_MS) continue;
    if (at > ms) return between(last, { ms: at, chars: from }, ms);
    last = { ms: at, chars: from };
  }
  const total = audio.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0) / perMs;
  const end = between(last, { ms: total, chars: length }, ms);
  // Of the piece that comes now, only a part of the audio may be there.
  return Math.min(length, end, last.chars + (ms - last.ms) * MAX_CHARS_PER_MS);
}

interface Place {
  readonly ms: number;
  readonly chars: number;
}

function between(from: Place, to: Place, ms: number): number {
  const share = to.ms > from.ms ? Math.max(0, Math.min(1, (ms - from.ms) / (to.ms - from.ms))) : 0;
  return from.chars + share * (to.chars - from.chars);
}

/** Absent in older browsers: there the words end anywhere. */
const segmenter = 'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'word' }) : undefined;

/** Where the word ends that is spoken after so many characters; 0 before the first. */
export function endOfWord(text: string, chars: number): number {
  if (chars <= 0) return 0;
  if (!segmenter) return Math.ceil(chars);
  const word = segmenter.segment(text).containing(Math.floor(chars));
  return word ? word.index + word.segment.length : text.length;
}
