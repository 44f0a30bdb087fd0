// The conversation as the model sees it, from the mirror at the selected row.

import type { MirroredSession } from '@colloquy/session';
import { useState } from 'preact/hooks';
import { frameOf, type LogRow } from '../log/log-row.ts';
import { addressOf } from '../route.ts';
import { countOf, isReceived, type Viewing } from '../sources/viewing.ts';
import { type ListedItem, listItems } from './conversation-items.ts';
import { displayText } from './display-text.ts';
import { FollowedEnd } from './followed-end.tsx';
import { ItemView } from './item-view.tsx';
import { SafeText } from './safe-text.tsx';
import { endingOf, errorText } from './status-text.ts';
import { visible } from './unseen.ts';

/** As many items are drawn at first; earlier ones on demand. */
const PAGE = 100;
/** As many sessions of a log are drawn at first; earlier ones on demand. */
const SESSIONS_PAGE = 10;

export function ConversationView({ viewing }: { viewing: Viewing }) {
  const count = countOf(viewing);
  const { log, upTo } = viewing;
  const mirror = log.mirrorAt(upTo.value);
  const [pages, setPages] = useState(1);
  const sessions = [...mirror.earlier(), mirror];
  const hidden = Math.max(0, sessions.length - pages * SESSIONS_PAGE);
  return (
    <div class="conversation">
      {hidden > 0 && (
        <button type="button" onClick={() => setPages(pages + 1)}>
          Show {Math.min(SESSIONS_PAGE, hidden)} earlier sessions of {hidden}
        </button>
      )}
      {sessions.slice(hidden).map((session, index) => (
        <SessionConversation
          key={session.session?.id ?? ''}
          session={session}
          place={sessions.length > 1 ? `Session ${hidden + index + 1} of ${sessions.length}` : undefined}
          isLast={session === mirror}
          viewing={viewing}
          count={count}
        />
      ))}
      <Errors viewing={viewing} count={count} />
      {isReceived(viewing) && <FollowedEnd viewing={viewing} />}
    </div>
  );
}

interface SessionProps {
  readonly session: MirroredSession;
  /** Which of several sessions of the log it is. */
  readonly place: string | undefined;
  readonly isLast: boolean;
  readonly viewing: Viewing;
  readonly count: number;
}

/** The conversation of one session; of several each has its own heading. */
function SessionConversation({ session, place, isLast, viewing, count }: SessionProps) {
  const [pages, setPages] = useState(1);
  const { items, aside } = listItems(session, viewing.log.session(session.session?.id).marks, count);
  const hidden = Math.max(0, items.length - pages * PAGE);
  const drawn = (listed: ListedItem) => (
    <ItemView key={keyOf(listed)} listed={listed} mirror={session} viewing={viewing} count={count} isPast={!isLast} />
  );
  const content = (
    <>
      {place === undefined && items.length === 0 && aside.length === 0 && <Empty viewing={viewing} />}
      {hidden > 0 && (
        <button type="button" onClick={() => setPages(pages + 1)}>
          Show {Math.min(PAGE, hidden)} earlier of {hidden}
        </button>
      )}
      <ol class="items" aria-label={isLast ? 'Conversation' : `Conversation of ${place}`}>
        {items.slice(hidden).map(drawn)}
      </ol>
      {aside.slice(-PAGE).map(({ response, items: others }) => (
        <section key={response.id} class="aside" aria-label="Out-of-band response">
          <p class="hint">
            {response.conversation_id === null ? 'Out-of-band response' : 'A response'}
            {endingOf(response) && ': '}
            <SafeText text={endingOf(response) ?? ''} />
          </p>
          <ol class="items">{others.map(drawn)}</ol>
        </section>
      ))}
      {isLast && <Announcer mirror={session} items={items} />}
    </>
  );
  if (place === undefined) return content;
  return (
    <section class="session" aria-label={place}>
      <h2>
        {place}{' '}
        <code class="id">
          <SafeText text={displayText(session.session?.id)} />
        </code>
      </h2>
      {content}
    </section>
  );
}

const keyOf = ({ id, isDeleted }: ListedItem) => `${isDeleted ? 'gone' : 'item'} ${id}`;

/** Tells those who listen to the page of each answer, once it is whole. */
function Announcer({ mirror, items }: { mirror: MirroredSession; items: readonly ListedItem[] }) {
  const last = items.findLast(
    ({ item, isDeleted }) => !isDeleted && item.type === 'message' && item.role === 'assistant',
  );
  const isWhole = last && 'status' in last.item && last.item.status !== 'in_progress';
  const announcement = isWhole
    ? mirror
        .parts(last.id)
        .flatMap(
          ({ part }) =>
            (part && 'text' in part ? part.text : part && 'transcript' in part ? part.transcript : '') ?? '',
        )
    : [];
  return (
    <p class="heard-only" aria-live="polite">
      {announcement.length > 0 && `Assistant: ${visible(announcement.join(' ').slice(0, 1000))}`}
    </p>
  );
}

function Empty({ viewing }: { viewing: Viewing }) {
  if (!viewing.actions) return <p class="empty">No items yet.</p>;
  return (
    <p class="empty">
      Type a message below. To talk, leave the field with <kbd>Esc</kbd>, then hold <kbd>Space</kbd> or open the
      microphone with <kbd>m</kbd>.
    </p>
  );
}

const MAX_ERRORS = 20;

/** What went wrong until then, each with its place among the events. */
function Errors({ viewing: { log, source }, count }: { viewing: Viewing; count: number }) {
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
