// What a relayed call has queued for playing. Transitions: `relay-playback.ts`.

import type { RealtimeAudioFormat } from '@colloquy/protocol';

export interface RelayPlaybackState {
  /** The session's formats, which the upstream states first in `session.created`. */
  readonly formats: { readonly input: RealtimeAudioFormat; readonly output: RealtimeAudioFormat } | null;
  /** Whether the start of speech clears what is playing [WR10]. */
  readonly interrupts: boolean;
  /** Responses with audio that has not been played out, in order. */
  readonly queued: readonly string[];
  /** Running responses whose audio was cleared: what they still produce is not played [WR7]. */
  readonly cleared: ReadonlySet<string>;
  /** The latest response with audio. */
  readonly last: string | null;
}

export const NO_PLAYBACK: RelayPlaybackState = {
  ...{ formats: null, interrupts: false, queued: [], cleared: new Set(), last: null },
};
