// Two matching events in full, with their differing fields.

import { SafeText } from '../conversation/safe-text.tsx';
import { JsonText } from '../events/json-text.tsx';
import { contentOf, type LogRow } from '../log/log-row.ts';
import { redacted } from '../log/redacted.ts';
import { addressOf } from '../route.ts';
import type { Viewing } from '../sources/viewing.ts';
import type { ComparedRows } from './compare-logs.ts';

export interface PairDetailProps {
  readonly pair: ComparedRows;
  readonly left: Viewing;
  readonly right: Viewing;
}

export function PairDetail({ pair, left, right }: PairDetailProps) {
  const { fields } = pair;
  return (
    <section class="event-detail" aria-label="The event">
      {fields.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">field</th>
              <th scope="col">left</th>
              <th scope="col">right</th>
            </tr>
          </thead>
          <tbody>
            {fields.map(({ path, left: one, right: other }) => (
              <tr key={path}>
                <th scope="row">
                  <SafeText text={path} />
                </th>
                <td>{one === '' ? <em>nothing</em> : <SafeText text={one} />}</td>
                <td>{other === '' ? <em>nothing</em> : <SafeText text={other} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div class="pair-sides">
        <Side name="Left" viewing={left} row={pair.left} />
        <Side name="Right" viewing={right} row={pair.right} />
      </div>
    </section>
  );
}

function Side({ name, viewing, row }: { name: string; viewing: Viewing; row: LogRow | undefined }) {
  if (!row) return <p class="hint">{name}: no matching event.</p>;
  const to = (tab: 'events' | 'conversation') =>
    addressOf({ view: 'log', source: viewing.source, tab, line: row.line });
  return (
    <section aria-label={name}>
      <h3>
        {name}, line {row.line}
      </h3>
      <p class="hint">
        <a href={to('events')}>in the events</a> · <a href={to('conversation')}>the conversation at this line</a>
      </p>
      <JsonText value={redacted(contentOf(row))} />
    </section>
  );
}
