// The state of the talk in one word, beside its name.

import { visible } from '../conversation/unseen.ts';
import type { Talk } from './talk.ts';
import { useTalkPhase } from './use-talk-phase.ts';

/** Names of tools come from the session. */
const MAX_CHARS = 40;

export function PhasePill({ talk }: { talk: Talk }) {
  const { kind, label } = useTalkPhase(talk);
  const text = visible(label.slice(0, MAX_CHARS));
  return (
    <div class="phase-slot">
      <p class="phase" data-phase={kind} role="status" title={text}>
        {/* Another mark for each state, in place of one that changes its form. */}
        <span key={kind} class="phase-mark" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <span class="phase-label">{text}</span>
      </p>
    </div>
  );
}
