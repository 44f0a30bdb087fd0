// The engine made of parts: a thinker finds the words, a speaker says them. What the user said comes as words from whoever
// hosts it.

import { ColloquyError } from '@colloquy/protocol';
import { type PaceOptions, pacer } from '../speech/pace.ts';
import type { Speaker, Thinker } from '../speech/ports.ts';
import { aloud } from '../speech/speak-stream.ts';
import type { Engine } from './engine.ts';
import { withTranscripts } from './transcripts.ts';

export interface CascadeOptions {
  /** @default the names of its parts */
  name?: string;
  thinker: Thinker;
  /** Absent: answers are spoken without a sound, as transcripts. */
  speaker?: Speaker | undefined;
  /** How far audio may run ahead of the ear. */
  pace?: PaceOptions;
}

/**
 * Text answers as the thinker makes them; spoken ones clause by clause, each with its words first. A voice or a speed that the
 * speaker does not have is refused by its name, by the session where it can be, else by failing the response.
 */
export function cascade({ name, thinker, speaker, pace = {} }: CascadeOptions): Engine {
  return {
    name: name ?? [thinker.name, ...(speaker ? [speaker.name] : [])].join('+'),
    needsWords: true,
    parts: { think: thinker.name, ...(speaker && { speak: speaker.name }) },
    ...(speaker && !speaker.capabilities.otherVoices && { voices: speaker.voices }),
    ...(speaker && !speaker.capabilities.speed && { fixedSpeed: true }),
    async *respond({ config, tools, context: given }, host) {
      const { signal } = host;
      const context = await withTranscripts(given, host);
      if (signal.aborted) return;
      const thoughts = thinker.think({ config, tools, context }, { signal });
      const isSpoken = config.output_modalities.includes('audio');
      if (isSpoken && speaker) {
        const { voice, speed, format } = config.audio.output;
        // Sessions are told at once; one that began with such a speed is told here.
        if (speed !== 1 && !speaker.capabilities.speed)
          throw new ColloquyError('invalid_value', 'This voice speaks at speed 1 only.');
        const voiceName = typeof voice === 'string' ? voice : voice.id;
        yield* aloud(thoughts, { speaker, voice: voiceName, speed, format, pace: pacer(pace), signal });
        return;
      }
      for await (const thought of thoughts) {
        if (signal.aborted) return;
        if (isSpoken && thought.type === 'text.delta') yield { type: 'transcript.delta', delta: thought.delta };
        else yield thought;
      }
    },
  };
}
