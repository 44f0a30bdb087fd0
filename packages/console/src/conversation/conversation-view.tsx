// The conversation as the model sees it, from the mirror at the selected row.

import { MessagesSquare, Search, X } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, IconButton } from '../parts/button.tsx';
import { EmptyState } from '../parts/states.tsx';
import { countOf, isReceived, type Viewing } from '../sources/viewing.ts';
import { ConversationErrors } from './conversation-errors.tsx';
import { FollowedEnd } from './followed-end.tsx';
import { SessionConversation } from './session-conversation.tsx';

/** As many sessions of a log are drawn at first; earlier ones on demand. */
const SESSIONS_PAGE = 10;

export function ConversationView({ viewing }: { viewing: Viewing }) {
  const count = countOf(viewing);
  const { log, upTo } = viewing;
  const mirror = log.mirrorAt(upTo.value);
  const [pages, setPages] = useState(1);
  const [search, setSearch] = useState('');
  const sessions = [...mirror.earlier(), mirror];
  const hidden = Math.max(0, sessions.length - pages * SESSIONS_PAGE);
  const isEmpty = sessions.length === 1 && mirror.items().length === 0 && mirror.responses().length === 0;
  const box = useShownSelection(viewing);
  return (
    <div class="conversation" ref={box}>
      {isEmpty ? <Empty viewing={viewing} /> : <SearchField search={search} setSearch={setSearch} />}
      {hidden > 0 && (
        <Button onClick={() => setPages(pages + 1)}>
          Show {Math.min(SESSIONS_PAGE, hidden)} earlier sessions of {hidden}
        </Button>
      )}
      {sessions.slice(hidden).map((session, index) => (
        <SessionConversation
          key={session.session?.id ?? ''}
          {...{ session, viewing, search }}
          place={sessions.length > 1 ? `Session ${hidden + index + 1} of ${sessions.length}` : undefined}
          isLast={session === mirror}
        />
      ))}
      <ConversationErrors viewing={viewing} count={count} />
      {isReceived(viewing) && <FollowedEnd viewing={viewing} />}
    </div>
  );
}

/** Brings what is selected elsewhere into sight. */
function useShownSelection({ selection, log }: Viewing) {
  const box = useRef<HTMLDivElement>(null);
  const selected = selection.value;
  useEffect(() => {
    box.current?.querySelector('[data-selected]')?.scrollIntoView({ block: 'nearest' });
  }, [selected, log]);
  return box;
}

/** Opened by its button, so that it takes no room from the conversation. */
function SearchField({ search, setSearch }: { search: string; setSearch: (search: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
    setSearch('');
  };
  if (!isOpen)
    return (
      <div class="conversation-search">
        <IconButton icon={Search} label="Search the conversation" onClick={() => setOpen(true)} />
      </div>
    );
  return (
    <search class="conversation-search" data-open>
      <input
        // biome-ignore lint/a11y/noAutofocus: it appears because the user opened it
        autoFocus
        type="search"
        aria-label="Search the conversation"
        placeholder="Search what was said and called"
        value={search}
        onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          close();
        }}
      />
      <IconButton icon={X} label="Close the search" onClick={close} />
    </search>
  );
}

function Empty({ viewing }: { viewing: Viewing }) {
  if (!viewing.actions)
    return (
      <EmptyState icon={MessagesSquare} title="No items yet">
        Messages, calls and audio appear here as the log names them.
      </EmptyState>
    );
  return (
    <p class="empty">
      Type a message below. To talk, leave the field with <kbd>Esc</kbd>, then hold <kbd>Space</kbd> or open the
      microphone with <kbd>m</kbd>.
    </p>
  );
}
