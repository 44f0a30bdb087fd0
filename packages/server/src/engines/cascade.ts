// Engine made of components: a thinker writes the text, a speaker makes the audio. The host transcribes the user's
// audio.

import { ColloquyError } from '@colloquy/protocol';
import { type PaceOptions, pacer } from '../speech/pace.ts';
import type { Speaker, Thinker } from '../speech/ports.ts';
import { speakStream } from '../speech/speak-stream.ts';
import type { Engine } from './engine.ts';
import { withTranscripts } from './transcripts.ts';

export interface CascadeOptions {
  /** @default the names of its components */
  name?: string;
  thinker: Thinker;
  /** If absent, spoken answers are transcripts without audio. */
  speaker?: Speaker | undefined;
  /** How far audio may run ahead of playback. */
  pace?: PaceOptions;
}

/**
 * Streams text answers as the thinker makes them, and spoken answers clause by clause, transcript before audio. A voice
 * or speed the speaker does not support is rejected: by the session if possible, otherwise by failing the response.
 */
export function cascade({ name, thinker, speaker, pace = {} }: CascadeOptions): Engine {
  return {
    name: name ?? [thinker.name, ...(speaker ? [speaker.name] : [])].join('+'),
    needsTranscript: true,
    components: { think: thinker.name, ...(speaker && { speak: speaker.name }) },
    ...(speaker && !speaker.capabilities.otherVoices && { voices: speaker.voices }),
    ...(speaker && !speaker.capabilities.speed && { fixedSpeed: true }),
    async *respond({ config, tools, context: items }, host) {
      const { signal } = host;
      const context = await withTranscripts(items, host);
      if (signal.aborted) return;
      const events = thinker.think({ config, tools, context }, { signal });
      const isSpoken = config.output_modalities.includes('audio');
      if (isSpoken && speaker) {
        const { voice, speed, format } = config.audio.output;
        // A session rejects an unsupported speed itself; a session that started with one fails here.
        if (speed !== 1 && !speaker.capabilities.speed)
          throw new ColloquyError('invalid_value', 'This voice speaks at speed 1 only.');
        const voiceName = typeof voice === 'string' ? voice : voice.id;
        yield* speakStream(events, { speaker, voice: voiceName, speed, format, pace: pacer(pace), signal });
        return;
      }
      for await (const event of events) {
        if (signal.aborted) return;
        if (isSpoken && event.type === 'text.delta') yield { type: 'transcript.delta', delta: event.delta };
        else yield event;
      }
    },
  };
}
