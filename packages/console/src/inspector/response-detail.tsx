// A response, or the one of a turn: how it ended, its times, and its events.

import { SafeText } from '../conversation/safe-text.tsx';
import { endingOf, firstOutputLabel, secondsOf } from '../conversation/status-text.ts';
import { responseOfSelection, rowsOfSelection, type Selection } from '../log/selection.ts';
import { Button } from '../parts/button.tsx';
import { IdChip } from '../parts/id-chip.tsx';
import type { Viewing } from '../sources/viewing.ts';

export function ResponseDetail({ viewing, selection }: { viewing: Viewing; selection: Selection }) {
  const { log } = viewing;
  const id = responseOfSelection(log, selection, []);
  if (id === undefined) return <p class="detail hint">This turn has no response.</p>;
  const response = log.mirrorAt(viewing.upTo.value).response(id);
  const timing = log.timingOf(id);
  const rows = rowsOfSelection(log, { kind: 'response', id }, []);
  const ending = response && endingOf(response);
  return (
    <section class="detail" aria-label="Selected response">
      <h3>Response</h3>
      <p>
        <IdChip id={id} /> {response && <SafeText text={ending ?? String(response.status)} />}
      </p>
      {timing && (
        <p>
          {firstOutputLabel(timing)}
          {timing.total_ms !== null && `, done after ${secondsOf(timing.total_ms)}`}
        </p>
      )}
      <Button
        onClick={() => {
          const [index] = rows;
          if (index !== undefined) viewing.selection.value = { kind: 'row', index };
        }}
      >
        {rows.length} events
      </Button>
    </section>
  );
}
