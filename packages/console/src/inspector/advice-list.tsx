// Advice on a turn, with the fields of `session.update` that follow it. On a live session they can be tried at once.

import { FlaskConical } from 'lucide';
import { useState } from 'preact/hooks';
import { SafeText } from '../conversation/safe-text.tsx';
import { Button } from '../parts/button.tsx';
import { mayAct, type Viewing } from '../sources/viewing.ts';
import type { Advice } from './advice.ts';

export function AdviceList({ viewing, advice }: { viewing: Viewing; advice: readonly Advice[] }) {
  if (advice.length === 0) return null;
  return (
    <section class="advice" aria-label="Advice">
      <h4>Advice</h4>
      {advice.map((each) => (
        <AdviceCard key={each.id} viewing={viewing} advice={each} />
      ))}
    </section>
  );
}

function AdviceCard({ viewing, advice: { finding, change, risk, update } }: { viewing: Viewing; advice: Advice }) {
  const [isSent, setSent] = useState(false);
  return (
    <article class="advice-card">
      <p class="advice-finding">
        <SafeText text={finding} />
      </p>
      <p>
        <SafeText text={change} />
      </p>
      {risk && (
        <p class="hint">
          <SafeText text={risk} />
        </p>
      )}
      {update && (
        <div class="advice-action">
          {mayAct(viewing) && (
            <Button
              icon={FlaskConical}
              disabled={isSent}
              onClick={() => {
                viewing.actions?.applySession(update);
                setSent(true);
              }}
            >
              {isSent ? 'Sent' : 'Try it'}
            </Button>
          )}
          <details>
            <summary>session.update</summary>
            <pre>
              <SafeText
                text={JSON.stringify({ type: 'session.update', session: { type: 'realtime', ...update } }, null, 2)}
              />
            </pre>
          </details>
        </div>
      )}
    </article>
  );
}
