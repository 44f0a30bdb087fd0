// One line of a log in full: content with hidden secrets, description, violations.

import { RULES } from '@colloquy/session';
import { useEffect, useState } from 'preact/hooks';
import { SafeText } from '../conversation/safe-text.tsx';
import type { FrameLog } from '../log/frame-log.ts';
import { contentOf, type LogRow } from '../log/log-row.ts';
import { redacted } from '../log/redacted.ts';
import { eventDescription } from './event-descriptions.ts';
import { JsonText } from './json-text.tsx';

export function EventDetail({ log, row }: { log: FrameLog; row: LogRow }) {
  const [isRevealed, reveal] = useState(false);
  useEffect(() => reveal(false), [row]);
  const content = contentOf(row);
  const displayed = isRevealed ? content : redacted(content);
  const hasSecrets = !isRevealed && JSON.stringify(displayed) !== JSON.stringify(content);
  const description = eventDescription(row.type);
  return (
    <section class="event-detail" aria-label={`Line ${row.line}`}>
      <h2>
        <SafeText text={row.type} />
      </h2>
      <p class="hint">
        line {row.line}
        {row.at !== null && `, at ${(row.at / 1000).toFixed(3)} s`}, {row.from}
      </p>
      {description && <p>{description}</p>}
      <Violations log={log} row={row} />
      {hasSecrets && (
        <button type="button" onClick={() => reveal(true)}>
          Show hidden values
        </button>
      )}
      {isRevealed && (
        <button type="button" onClick={() => reveal(false)}>
          Hide values
        </button>
      )}
      <JsonText value={displayed} />
    </section>
  );
}

function Violations({ log, row }: { log: FrameLog; row: LogRow }) {
  const broken = log.violations.get(row.index) ?? [];
  if (broken.length === 0) return null;
  return (
    <ul class="violations" aria-label="Protocol violations">
      {broken.map(({ rule, message }) => (
        <li key={`${rule} ${message}`}>
          <strong>{rule}</strong> <SafeText text={message} />
          <p class="hint">{RULES[rule]}</p>
        </li>
      ))}
    </ul>
  );
}
