// One line of a log, whole: what it says, hidden where it is secret until someone wants to see it; what it is; what it breaks.

import { RULES } from '@colloquy/session';
import { useEffect, useState } from 'preact/hooks';
import { Words } from '../conversation/words.tsx';
import type { FrameLog } from '../log/frame-log.ts';
import { contentOf, type LogRow } from '../log/log-row.ts';
import { redacted } from '../log/redacted.ts';
import { eventWords } from './event-words.ts';
import { JsonText } from './json-text.tsx';

export function EventDetail({ log, row }: { log: FrameLog; row: LogRow }) {
  const [isRevealed, reveal] = useState(false);
  useEffect(() => reveal(false), [row]);
  const content = contentOf(row);
  const shown = isRevealed ? content : redacted(content);
  const hasSecrets = !isRevealed && JSON.stringify(shown) !== JSON.stringify(content);
  const words = eventWords(row.type);
  return (
    <section class="event-detail" aria-label={`Line ${row.line}`}>
      <h2>
        <Words text={row.type} />
      </h2>
      <p class="hint">
        line {row.line}
        {row.at !== null && `, at ${(row.at / 1000).toFixed(3)} s`}, {row.from}
      </p>
      {words && <p>{words}</p>}
      <Violations log={log} row={row} />
      {hasSecrets && (
        <button type="button" onClick={() => reveal(true)}>
          Show what is hidden
        </button>
      )}
      {isRevealed && (
        <button type="button" onClick={() => reveal(false)}>
          Hide it again
        </button>
      )}
      <JsonText value={shown} />
    </section>
  );
}

function Violations({ log, row }: { log: FrameLog; row: LogRow }) {
  const broken = log.violations.get(row.index) ?? [];
  if (broken.length === 0) return null;
  return (
    <ul class="violations" aria-label="Against the protocol">
      {broken.map(({ rule, message }) => (
        <li key={`${rule} ${message}`}>
          <strong>{rule}</strong> <Words text={message} />
          <p class="hint">{RULES[rule]}</p>
        </li>
      ))}
    </ul>
  );
}
