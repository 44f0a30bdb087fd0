// Where the audio of answers goes.

import type { HeardPart, ReceivedAudio } from '@colloquy/session';

/** Plays answers. Samples are 16-bit mono at 24 kHz. */
export interface Playback {
  readonly play: (samples: Int16Array, part: Pick<ReceivedAudio, 'item_id' | 'content_index'>) => void;
  /** Stops at once. Returns the parts that were not heard to their end. */
  readonly stop: () => readonly HeardPart[];
}
