// The audio of one content part: waveform, play button, how much was heard.

import { playClip, stopClip } from '../audio/clip-player.ts';
import { durationOf, peaksOf } from '../audio/samples.ts';
import type { Viewing } from '../sources/viewing.ts';
import { secondsOf } from './status-text.ts';
import { usePlayedMs } from './use-played-ms.ts';
import { Waveform } from './waveform.tsx';

export interface AudioClipProps {
  readonly viewing: Viewing;
  /** Of the item's session, where it has one. */
  readonly sessionId: string | undefined;
  readonly itemId: string;
  readonly contentIndex: number;
  /** How many rows are looked at. */
  readonly count: number;
  /** Where it was truncated. */
  readonly heardMs: number | undefined;
  readonly whose: 'user' | 'assistant';
}

export function AudioClip({ viewing, sessionId, itemId, contentIndex, count, heardMs, whose }: AudioClipProps) {
  const { key, playedMs, spokenMs } = usePlayedMs(viewing, itemId, contentIndex);
  const part = viewing.log.session(sessionId).audio.of(itemId, contentIndex, count);
  if (!part) {
    const isHidden = viewing.log.header?.hidden.includes('media') === true;
    return <p class="hint">{isHidden ? 'audio not in this recording' : heardLabel(undefined, heardMs)}</p>;
  }
  const durationMs = durationOf(part);
  const label = heardLabel(durationMs, heardMs);
  return (
    <div class="clip" data-speaking={spokenMs === undefined ? undefined : Math.round(spokenMs)}>
      <button
        type="button"
        aria-label={playedMs !== undefined ? 'Stop' : `Play the audio of the ${whose}`}
        onClick={() => (playedMs === undefined ? playClip(key, part) : stopClip())}
      >
        {playedMs !== undefined ? '■' : '▶'}
      </button>
      <Waveform
        peaks={peaksOf(part)}
        durationMs={durationMs}
        heardMs={heardMs}
        playedMs={playedMs ?? spokenMs}
        side={whose}
        label={`Audio of the ${whose}, ${label}`}
      />
      <span class="hint">{label}</span>
    </div>
  );
}

function heardLabel(durationMs: number | undefined, heardMs: number | undefined): string {
  if (durationMs === undefined) return heardMs === undefined ? 'audio' : `audio, ${secondsOf(heardMs)} heard`;
  if (heardMs === undefined || heardMs >= durationMs) return secondsOf(durationMs);
  return `${secondsOf(durationMs)}, ${secondsOf(heardMs)} heard`;
}
