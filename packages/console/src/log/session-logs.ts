// Audio, transcripts and item marks per session of a log. Sessions have their own audio clock and may reuse item ids.

import { createSessionBlocks, type Mirror, type SessionBlock } from '@colloquy/session';
import { type AudioIndex, createAudioIndex } from './audio-index.ts';
import { createItemMarks, type ItemMarks } from './item-marks.ts';
import { frameOf, type LogRow } from './log-row.ts';
import { createTranscriptIndex, type TranscriptIndex } from './transcript-index.ts';

export interface SessionLog {
  /** Where the audio of each item stands. */
  readonly audio: AudioIndex;
  /** Where the pieces of each transcript stand. */
  readonly transcripts: TranscriptIndex;
  /** Which items were inserted and deleted, and where. */
  readonly marks: ItemMarks;
}

export interface SessionLogs {
  /** Of the session a row belongs to: that of the row before it, for one that is no frame. */
  addRow(row: LogRow): SessionLog;
  /** Of a session by its id; of the one without an id, or the first, when there is none of that id. */
  of(sessionId: string | undefined): SessionLog;
}

export function createSessionLogs(mirror: Mirror): SessionLogs {
  const blocks = createSessionBlocks();
  const logs = new Map<SessionBlock, SessionLog>();
  const create = (): SessionLog => ({
    audio: createAudioIndex(),
    transcripts: createTranscriptIndex(),
    marks: createItemMarks(mirror),
  });
  const first = create();
  let current = first;
  return {
    addRow(row) {
      const frame = frameOf(row);
      if (!frame) return current;
      const block = blocks.of(frame);
      const known = logs.get(block);
      current = known ?? (logs.size === 0 ? first : create());
      if (!known) logs.set(block, current);
      return current;
    },
    of(sessionId) {
      for (const [{ id }, log] of logs) if (id === (sessionId ?? null)) return log;
      return first;
    },
  };
}
