// Milliseconds of the audio that a response sends, also where a recording hides the audio and states its length.

import { BYTES_PER_MS, type RealtimeAudioFormat } from '@colloquy/protocol';
import { base64Bytes } from '../audio/base64-bytes.ts';
import { type Json, objectOf } from './json-value.ts';
import { frameOf, type LogRow } from './log-row.ts';

export const isAudioDelta = (type: string): boolean =>
  type === 'response.output_audio.delta' || type === 'response.audio.delta';

export class OutputAudio {
  #format: RealtimeAudioFormat['type'] = 'audio/pcm';

  /** Bytes that the engine sent last: the event that carries them follows. */
  #engineBytes = 0;

  /** Observes the next row; milliseconds of audio if it is an audio delta, else 0. */
  observe(row: LogRow): number {
    const { entry } = row;
    if (entry.kind === 'input') {
      const { input } = entry;
      if (input.from === 'engine' && input.event.type === 'audio.delta') this.#engineBytes = input.event.bytes;
      return 0;
    }
    const event = frameOf(row)?.event;
    if (!event) return 0;
    if (event.type === 'session.created' || event.type === 'session.updated') this.#configure(objectOf(event.session));
    if (!isAudioDelta(event.type) || typeof event.delta !== 'string') return 0;
    const bytes = base64Bytes(event.delta) || this.#engineBytes;
    this.#engineBytes = 0;
    return bytes / BYTES_PER_MS[this.#format];
  }

  #configure({ audio }: Json): void {
    const { type } = objectOf(objectOf(objectOf(audio).output).format);
    if (type === 'audio/pcm' || type === 'audio/pcmu' || type === 'audio/pcma') this.#format = type;
  }
}
