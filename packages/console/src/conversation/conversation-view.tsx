// The conversation as the model sees it: items in order, and what became of each. What is drawn is the mirror as of the row that is
// looked at, so a past moment looks as it looked then.

import type { Mirror } from '@colloquy/session';
import { useEffect, useRef, useState } from 'preact/hooks';
import { frameOf, type LogRow } from '../log/log-row.ts';
import { addressOf } from '../route.ts';
import { countOf, type Viewing } from '../sources/viewing.ts';
import { type ListedItem, listItems } from './conversation-items.ts';
import { ItemView } from './item-view.tsx';
import { endingOf, errorWords } from './status-words.ts';
import { Words } from './words.tsx';

/** As many items are drawn at first; earlier ones on demand. */
const PAGE = 100;

export function ConversationView({ viewing }: { viewing: Viewing }) {
  const [pages, setPages] = useState(1);
  const count = countOf(viewing);
  const { log, upTo } = viewing;
  const mirror = log.mirrorAt(upTo.value);
  const { items, aside } = listItems(mirror, log.marks, count);
  const hidden = Math.max(0, items.length - pages * PAGE);
  const end = useFollowedEnd(upTo.value === undefined ? log.version.value : -1);
  return (
    <div class="conversation">
      {items.length === 0 && aside.length === 0 && <Empty viewing={viewing} />}
      {hidden > 0 && (
        <button type="button" onClick={() => setPages(pages + 1)}>
          Show {Math.min(PAGE, hidden)} earlier of {hidden}
        </button>
      )}
      <ol class="items" aria-label="Conversation">
        {items.slice(hidden).map((listed) => (
          <ItemView key={keyOf(listed)} listed={listed} mirror={mirror} viewing={viewing} count={count} />
        ))}
      </ol>
      {aside.slice(-PAGE).map(({ response, items: others }) => (
        <section key={response.id} class="aside" aria-label="Response outside the conversation">
          <p class="hint">
            {response.conversation_id === null ? 'Outside the conversation' : 'A response'}
            {endingOf(response) && ': '}
            <Words text={endingOf(response) ?? ''} />
          </p>
          <ol class="items">
            {others.map((listed) => (
              <ItemView key={keyOf(listed)} listed={listed} mirror={mirror} viewing={viewing} count={count} />
            ))}
          </ol>
        </section>
      ))}
      <Errors viewing={viewing} count={count} />
      <Announcer mirror={mirror} items={items} />
      <div ref={end} />
    </div>
  );
}

const keyOf = ({ id, isDeleted }: ListedItem) => `${isDeleted ? 'gone' : 'item'} ${id}`;

/** Keeps the end in sight while it is in sight. */
function useFollowedEnd(version: number) {
  const end = useRef<HTMLDivElement>(null);
  const isNear = useRef(true);
  useEffect(() => {
    const { current } = end;
    if (!current) return;
    const watch = new IntersectionObserver(
      ([entry]) => {
        isNear.current = entry?.isIntersecting ?? true;
      },
      { rootMargin: '120px' },
    );
    watch.observe(current);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (version >= 0 && isNear.current) end.current?.scrollIntoView({ block: 'end' });
  }, [version]);
  return end;
}

/** Tells those who listen to the page of each answer, once it is whole. */
function Announcer({ mirror, items }: { mirror: Mirror; items: readonly ListedItem[] }) {
  const last = items.findLast(
    ({ item, isDeleted }) => !isDeleted && item.type === 'message' && item.role === 'assistant',
  );
  const isWhole = last && 'status' in last.item && last.item.status !== 'in_progress';
  const words = isWhole
    ? mirror
        .parts(last.id)
        .flatMap(
          ({ part }) =>
            (part && 'text' in part ? part.text : part && 'transcript' in part ? part.transcript : '') ?? '',
        )
    : [];
  return (
    <p class="heard-only" aria-live="polite">
      {words.length > 0 && `Assistant: ${words.join(' ').slice(0, 1000)}`}
    </p>
  );
}

function Empty({ viewing }: { viewing: Viewing }) {
  if (!viewing.actions) return <p class="empty">Nothing has been said yet.</p>;
  return (
    <p class="empty">
      Write something below, hold <kbd>Space</kbd> and speak, or open the microphone with <kbd>m</kbd>.
    </p>
  );
}

const MOST_ERRORS = 20;

/** What went wrong until then, each with its place among the events. */
function Errors({ viewing: { log, source }, count }: { viewing: Viewing; count: number }) {
  const rows = log.errors.filter((index) => index < count).map((index) => log.rows[index] as LogRow);
  if (rows.length === 0) return null;
  return (
    <section class="errors" aria-label="Errors">
      <h2>{rows.length === 1 ? '1 error' : `${rows.length} errors`}</h2>
      <ol>
        {rows.slice(-MOST_ERRORS).map((row) => (
          <li key={row.index}>
            <a href={addressOf({ view: 'log', source, tab: 'events', line: row.line })}>line {row.line}</a>{' '}
            <Words text={errorWords(frameOf(row)?.event ?? {})} />
          </li>
        ))}
      </ol>
    </section>
  );
}
