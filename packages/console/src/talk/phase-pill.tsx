// The state of the talk in one word, beside its name.

import { visible } from '../conversation/unseen.ts';
import type { Talk } from './talk.ts';
import { useTalkPhase } from './use-talk-phase.ts';

/** Names of tools come from the session. */
const MAX_CHARS = 40;

export function PhasePill({ talk }: { talk: Talk }) {
  const { kind, label } = useTalkPhase(talk);
  return (
    <p class="phase" data-phase={kind} role="status">
      <span class="phase-mark" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {visible(label.slice(0, MAX_CHARS))}
    </p>
  );
}
