// One line of a log in full: content with hidden secrets, description, violations, and what can be done with it.

import { RULES } from '@colloquy/session';
import { Copy, Eye, EyeOff, TriangleAlert } from 'lucide';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { SafeText } from '../conversation/safe-text.tsx';
import type { FrameLog } from '../log/frame-log.ts';
import { contentOf, type LogRow } from '../log/log-row.ts';
import { redacted } from '../log/redacted.ts';
import { IconButton } from '../parts/button.tsx';
import { copyText } from '../parts/copy-text.ts';
import { Icon } from '../parts/icon.tsx';
import { Menu, type MenuItem } from '../parts/menu.tsx';
import { socketOrigin } from '../sources/open-log.ts';
import type { Viewing } from '../sources/viewing.ts';
import { changedFields } from './changed-fields.ts';
import { CODE_FORMS, CODE_NAMES, codeText, jsonText } from './event-code.ts';
import { eventDescription } from './event-descriptions.ts';
import { familyOf } from './event-family.ts';
import { timeText } from './event-text.ts';
import { EventType } from './event-type.tsx';
import { filterById } from './event-wish.ts';
import { JsonText } from './json-text.tsx';

export function EventDetail({ viewing, row }: { viewing: Viewing; row: LogRow }) {
  const { log } = viewing;
  const [isRevealed, reveal] = useState(false);
  useEffect(() => reveal(false), [row]);
  const content = contentOf(row);
  const displayed = isRevealed ? content : redacted(content);
  const hasSecrets = !isRevealed && JSON.stringify(displayed) !== JSON.stringify(content);
  const changed = useMemo(() => changedFields(log, row), [log, row]);
  const description = eventDescription(row.type);
  return (
    <section class="event-detail" aria-label={`Line ${row.line}`}>
      <header class="event-detail-head" data-family={familyOf(row)}>
        <h2>
          <EventType type={row.type} />
        </h2>
        {hasSecrets && <IconButton icon={Eye} label="Show hidden values" onClick={() => reveal(true)} />}
        {isRevealed && <IconButton icon={EyeOff} label="Hide values" onClick={() => reveal(false)} />}
        <Menu label="Copy this event" icon={Copy} items={copyItems(log, row, displayed)} />
      </header>
      <p class="hint">
        line {row.line}
        {row.at !== null && ` · ${timeText(row.at)} s`} · {row.from}
        {changed.size > 0 && ` · changes ${changed.size === 1 ? '1 field' : `${changed.size} fields`}`}
      </p>
      {description && <p class="event-description">{description}</p>}
      <Violations log={log} row={row} />
      <JsonText value={displayed} changed={changed} onId={(id) => filterById(viewing, id)} />
    </section>
  );
}

/** What is copied is what is shown: hidden values stay hidden. */
function copyItems(log: FrameLog, { from }: LogRow, displayed: unknown): MenuItem[] {
  const json: MenuItem = { label: 'Copy as JSON', run: () => void copyText(jsonText(displayed), 'Event') };
  if (from !== 'client') return [json];
  const session = log.mirrorAt().session;
  const model = session && 'model' in session ? session.model : undefined;
  const address = `${socketOrigin()}/v1/realtime?model=${encodeURIComponent(typeof model === 'string' ? model : 'gpt-realtime')}`;
  const code = CODE_FORMS.map((form) => ({
    label: `Copy for ${CODE_NAMES[form]}`,
    run: () => void copyText(codeText(form, displayed, address), 'Code'),
  }));
  return [json, ...code];
}

function Violations({ log, row }: { log: FrameLog; row: LogRow }) {
  const broken = log.violations.get(row.index) ?? [];
  if (broken.length === 0) return null;
  return (
    <ul class="violations" aria-label="Protocol violations">
      {broken.map(({ rule, message }) => (
        <li key={`${rule} ${message}`}>
          <Icon of={TriangleAlert} size={14} /> <strong>{rule}</strong> <SafeText text={message} />
          <p class="hint">{RULES[rule]}</p>
        </li>
      ))}
    </ul>
  );
}
