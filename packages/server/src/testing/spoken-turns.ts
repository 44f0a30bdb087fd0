// Speech of a test by the clock: a detector and a transcriber that find turns at given positions of the audio, whatever it
// holds. Speech in WAV files is `speech.ts`.

import type { SpokenTurn } from '@colloquy/session';
import { type Detection, type Detector, SPEECH_HZ, type Transcriber, type TurnEdge } from '../speech/ports.ts';
import type { SpeechComponents } from '../speech/speech-input.ts';

/** Samples that a resampler may hold back, in milliseconds. */
const LAG_MS = 15;

/** Finds these turns in the first audio of a session. Serves one session. */
export function spokenTurns(turns: readonly SpokenTurn[]): Required<SpeechComponents> {
  const edges = turns.flatMap(({ started, stopped }) => [
    ...(started ? [{ type: 'started' as const, ...started }] : []),
    ...(stopped ? [{ type: 'stopped' as const, ...stopped }] : []),
  ]);
  const transcripts = turns.map(({ transcript }) => transcript);
  return { detector: detectorOf(edges), transcriber: transcriberOf(transcripts) };
}

function detectorOf(edges: (TurnEdge & { readonly at_ms: number })[]): Detector {
  const left = [...edges];
  return {
    name: 'spoken',
    capabilities: { usesTranscript: false },
    listen(options): Detection {
      let clockMs = options.atMs;
      let isClosed = false;
      return {
        write(samples) {
          clockMs += samples.length / (SPEECH_HZ / 1000);
          while (!isClosed && left[0] && left[0].at_ms <= clockMs + LAG_MS) {
            const { type, audio_ms } = left.shift() as TurnEdge;
            options.onEdge({ type, audio_ms: Math.min(audio_ms, clockMs) });
          }
        },
        hint() {},
        close() {
          isClosed = true;
        },
      };
    },
    close() {},
  };
}

function transcriberOf(transcripts: (string | undefined)[]): Transcriber {
  let next = 0;
  return {
    name: 'spoken',
    capabilities: { streaming: false, logprobs: false, hints: false },
    open({ signal, onDelta }) {
      const transcript = transcripts[next++];
      return {
        write() {},
        async finish() {
          if (signal.aborted) return { transcript: '' };
          if (transcript === undefined) throw new Error('the test has no transcript for this turn');
          if (transcript !== '') onDelta?.(transcript);
          return { transcript };
        },
      };
    },
    forget() {},
    async close() {},
  };
}
