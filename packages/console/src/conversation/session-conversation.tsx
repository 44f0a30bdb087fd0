// The items of one session: turns with a heading, calls folded into cards, out-of-band responses beside.

import type { MirroredSession } from '@colloquy/session';
import type { ComponentChild } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { itemsOfSelection } from '../log/selection.ts';
import { Button } from '../parts/button.tsx';
import { countOf, mayAct, type Viewing } from '../sources/viewing.ts';
import { Announcer } from './announcer.tsx';
import { type AsideResponse, type ListedItem, listItems } from './conversation-items.ts';
import { displayText } from './display-text.ts';
import { groupItems, type ItemGroup } from './item-groups.ts';
import { searchGroups } from './item-text.ts';
import { ItemView } from './item-view.tsx';
import { SafeText } from './safe-text.tsx';
import { endingOf } from './status-text.ts';
import { TurnHead } from './turn-head.tsx';
import { isAwaited, turnStarts } from './turn-marks.ts';

/** As many groups are drawn at first; earlier ones on demand. */
const PAGE = 100;

export interface SessionConversationProps {
  readonly session: MirroredSession;
  /** Which of several sessions of the log it is. */
  readonly place: string | undefined;
  readonly isLast: boolean;
  readonly viewing: Viewing;
  /** Shows only what holds these words. */
  readonly search: string;
}

/** The conversation of one session; of several each has its own heading. */
export function SessionConversation({ session, place, isLast, viewing, search }: SessionConversationProps) {
  const [pages, setPages] = useState(1);
  const { log } = viewing;
  const count = countOf(viewing);
  const { items, aside } = listItems(session, log.session(session.session?.id).marks, count);
  const groups = searchGroups(groupItems(items), search, session);
  const hidden = Math.max(0, groups.length - pages * PAGE);
  const drawnGroups = groups.slice(hidden);
  const starts = turnStarts(drawnGroups, (id) => log.turns.ofItem(id));
  const selected = useSelectedItems(viewing);
  const drawn = ({ listed, steps }: ItemGroup) => (
    <ItemView
      key={keyOf(listed)}
      {...{ listed, steps, viewing, count }}
      mirror={session}
      isPast={!isLast}
      isSelected={[listed, ...steps].some(({ id }) => selected.has(id))}
    />
  );
  const withHead = (group: ItemGroup) => {
    const turn = starts.get(group.listed.id);
    return turn ? [<TurnHead key={`turn ${turn.index}`} viewing={viewing} turn={turn} />, drawn(group)] : drawn(group);
  };
  const content = (
    <>
      {hidden > 0 && (
        <Button onClick={() => setPages(pages + 1)}>
          Show {Math.min(PAGE, hidden)} earlier of {hidden}
        </Button>
      )}
      <ol class="items" aria-label={isLast ? 'Conversation' : `Conversation of ${place}`}>
        {drawnGroups.map(withHead)}
        {isLast && search === '' && mayAct(viewing) && isAwaited(log, log.turns.turns.at(-1)) && <Awaited />}
      </ol>
      {search === '' && aside.slice(-PAGE).map((each) => <Aside key={each.response.id} aside={each} drawn={drawn} />)}
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

function useSelectedItems({ log, selection }: Viewing): ReadonlySet<string> {
  const selected = selection.value;
  const version = log.version.value;
  return useMemo(
    () => new Set(selected ? itemsOfSelection(log, selected, log.turns.turns) : []),
    [log, selected, version],
  );
}

/** In the place of an answer of which nothing has come yet. */
function Awaited() {
  return (
    <li class="item awaited" data-role="assistant">
      <span class="heard-only">Waiting for the answer</span>
      <span class="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
    </li>
  );
}

interface AsideProps {
  readonly aside: AsideResponse;
  readonly drawn: (group: ItemGroup) => ComponentChild;
}

function Aside({ aside: { response, items }, drawn }: AsideProps) {
  return (
    <section class="aside" aria-label="Out-of-band response">
      <p class="hint">
        {response.conversation_id === null ? 'Out-of-band response' : 'A response'}
        {endingOf(response) && ': '}
        <SafeText text={endingOf(response) ?? ''} />
      </p>
      <ol class="items">{groupItems(items).map(drawn)}</ol>
    </section>
  );
}
