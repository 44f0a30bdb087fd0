// What went wrong in a log, each with its place among the events.

import { frameOf, type LogRow } from '../log/log-row.ts';
import { addressOf } from '../route.ts';
import type { Viewing } from '../sources/viewing.ts';
import { SafeText } from './safe-text.tsx';
import { errorText } from './status-text.ts';

const MAX_ERRORS = 20;

/** What went wrong in the first `count` rows. */
export function ConversationErrors({ viewing: { log, source }, count }: { viewing: Viewing; count: number }) {
  const rows = log.errors.filter((index) => index < count).map((index) => log.rows[index] as LogRow);
  if (rows.length === 0) return null;
  return (
    <section class="errors" aria-label="Errors">
      <h2>{rows.length === 1 ? '1 error' : `${rows.length} errors`}</h2>
      <ol>
        {rows.slice(-MAX_ERRORS).map((row) => (
          <li key={row.index}>
            <a href={addressOf({ view: 'log', source, tab: 'events', line: row.line })}>line {row.line}</a>{' '}
            <SafeText text={errorText(frameOf(row)?.event ?? {})} />
          </li>
        ))}
      </ol>
    </section>
  );
}
