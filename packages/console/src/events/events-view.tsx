// Every line of the log. To be built here.

import { countOf, type Viewing } from '../sources/viewing.ts';

const SHOWN = 500;

export function EventsView({ viewing }: { viewing: Viewing }) {
  const count = countOf(viewing);
  const rows = viewing.log.rows.slice(Math.max(0, count - SHOWN), count);
  return (
    <ol class="events">
      {rows.map(({ index, at, from, type }) => (
        <li key={index}>
          {at ?? ''} {from} {type}
        </li>
      ))}
    </ol>
  );
}
