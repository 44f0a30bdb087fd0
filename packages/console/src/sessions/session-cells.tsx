// One row of the table of sessions.

import { SLOW_MS } from '@colloquy/session';
import type { ComponentChildren } from 'preact';
import { SafeText } from '../conversation/safe-text.tsx';
import { visible } from '../conversation/unseen.ts';
import { IdChip } from '../parts/id-chip.tsx';
import { Menu, type MenuItem } from '../parts/menu.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { addressOf } from '../route.ts';
import { costNote, costText, hiddenText, latencyText, lengthText, sizeText } from './row-text.ts';
import { lengthOf, type SessionRow } from './session-row.ts';

export interface SessionCellsProps {
  readonly row: SessionRow;
  readonly now: number;
  readonly isSelected: boolean;
  /** Whether summaries are being computed. */
  readonly isPending: boolean;
  readonly select: (isSelected: boolean) => void;
  readonly items: readonly MenuItem[];
}

export function SessionCells({ row, now, isSelected, isPending, select, items }: SessionCellsProps) {
  const { summary, source, isLive, startedAt } = row;
  const name = nameOf(row);
  return (
    <tr
      data-live={isLive || undefined}
      data-selected={isSelected || undefined}
      onClick={(event) => {
        // What is on the row has a meaning of its own.
        if (event.target instanceof Element && event.target.closest('a, button, input, [popover]')) return;
        location.hash = addressOf({ view: 'log', source, tab: 'conversation' });
      }}
    >
      <td class="cell-check">
        <input
          type="checkbox"
          aria-label={`Select ${name}`}
          checked={isSelected}
          onChange={({ currentTarget }) => select(currentTarget.checked)}
        />
      </td>
      <td class="cell-words" data-name="session">
        {isLive && <LiveDot isAnswering={row.isAnswering} />}
        <a href={addressOf({ view: 'log', source, tab: 'conversation' })}>
          <FirstMessage row={row} isPending={isPending} />
        </a>
        <IdChip id={row.id} />
      </td>
      <Cell name="started">{startedAt !== null && <RelativeTime at={startedAt} />}</Cell>
      <Cell name="length" isNumber>
        {lengthText(lengthOf(row, now))}
      </Cell>
      <Cell name="turns" isNumber>
        {summary?.turns}
      </Cell>
      <Latency name="first audio" ms={summary?.first_audio_p50_ms} />
      <Latency name="worst" ms={summary?.first_audio_max_ms} />
      <Count name="interruptions" count={summary?.interruptions} kind="warning" />
      <Count name="errors" count={summary?.errors} kind="error" />
      <td class="cell-tools" data-name="tools" title={summary?.tools.join(', ')}>
        {summary && summary.tools.length > 0 && <SafeText text={summary.tools.join(', ')} />}
      </td>
      <td class="cell-number" data-name="cost" title={costNote(summary?.cost)}>
        {costText(summary?.cost)}
        {summary?.cost?.as_if && <abbr title={costNote(summary.cost)}>*</abbr>}
      </td>
      <td class="cell-engine" data-name="engine" title={engineNote(row)}>
        {row.engine && <SafeText text={row.engine} />}
      </td>
      <td class="cell-menu">
        <Menu label={`Actions for ${name}`} items={items} />
      </td>
    </tr>
  );
}

/** For labels: its first words, or its id. */
const nameOf = ({ summary, id }: SessionRow): string => visible(summary?.first_words ?? id);

function Cell({ name, isNumber, children }: { name: string; isNumber?: boolean; children: ComponentChildren }) {
  return (
    <td class={isNumber ? 'cell-number' : undefined} data-name={name}>
      {children}
    </td>
  );
}

function LiveDot({ isAnswering }: { isAnswering: boolean }) {
  return (
    <span class="live-dot" data-answering={isAnswering || undefined} title={isAnswering ? 'Live, answering' : 'Live'}>
      <span class="heard-only">{isAnswering ? 'live, answering' : 'live'}</span>
    </span>
  );
}

function FirstMessage({ row: { summary, isLive }, isPending }: { row: SessionRow; isPending: boolean }) {
  if (summary?.first_words) return <SafeText text={summary.first_words} />;
  const note = summary ? (isLive ? 'Nothing said yet' : 'No words') : isPending ? 'Reading …' : 'No summary';
  return <em>{note}</em>;
}

function Latency({ name, ms }: { name: string; ms: number | null | undefined }) {
  const isSlow = typeof ms === 'number' && ms >= SLOW_MS;
  return (
    <td class="cell-number" data-name={name} data-kind={isSlow ? 'warning' : undefined}>
      {latencyText(ms)}
    </td>
  );
}

/** Nothing is shown for zero, so that what happened stands out. */
function Count({ name, count, kind }: { name: string; count: number | undefined; kind: 'warning' | 'error' }) {
  return (
    <td class="cell-number" data-name={name} data-kind={kind}>
      {count !== undefined && count > 0 && <span class="count">{count}</span>}
    </td>
  );
}

function engineNote({ model, recording }: SessionRow): string {
  const size = recording && `${sizeText(recording.bytes)}, ${hiddenText(recording.hidden)}`;
  return visible([model, size].filter(Boolean).join(' · '));
}
