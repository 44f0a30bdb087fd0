// An item of the conversation in full, with what made it.

import { JsonText } from '../events/json-text.tsx';
import { redacted } from '../log/redacted.ts';
import { responseOfSelection, rowsOfSelection } from '../log/selection.ts';
import { Button } from '../parts/button.tsx';
import { IdChip } from '../parts/id-chip.tsx';
import type { Viewing } from '../sources/viewing.ts';

export function ItemDetail({ viewing, id }: { viewing: Viewing; id: string }) {
  const { log, selection, upTo } = viewing;
  const item = log.mirrorAt(upTo.value).item(id);
  const responseId = responseOfSelection(log, { kind: 'item', id }, []);
  const [first] = rowsOfSelection(log, { kind: 'item', id }, []);
  return (
    <section class="detail" aria-label="Selected item">
      <h3>Item</h3>
      <p>
        <IdChip id={id} />
      </p>
      <div class="buttons">
        {responseId !== undefined && (
          <Button
            onClick={() => {
              selection.value = { kind: 'response', id: responseId };
            }}
          >
            Its response
          </Button>
        )}
        {first !== undefined && (
          <Button
            onClick={() => {
              selection.value = { kind: 'row', index: first };
            }}
          >
            Its first event
          </Button>
        )}
      </div>
      {item ? <JsonText value={redacted(item)} /> : <p class="hint">Not in the conversation at this moment.</p>}
    </section>
  );
}
