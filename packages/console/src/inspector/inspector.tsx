// The inspector: what is selected, in full.

import { MousePointerClick, X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { EventDetail } from '../events/event-detail.tsx';
import { IconButton } from '../parts/button.tsx';
import { Panel } from '../parts/panel.tsx';
import { EmptyState } from '../parts/states.tsx';
import type { Viewing } from '../sources/viewing.ts';
import { ItemDetail } from './item-detail.tsx';
import { ResponseDetail } from './response-detail.tsx';
import { TurnCard } from './turn-card.tsx';

export function Inspector({ viewing }: { viewing: Viewing }) {
  const { selection } = viewing;
  const close = selection.value && (
    <IconButton
      icon={X}
      label="Close inspector"
      onClick={() => {
        selection.value = undefined;
      }}
    />
  );
  return (
    <Panel name="inspector" title="Inspector" actions={close}>
      <Selected viewing={viewing} />
    </Panel>
  );
}

function Selected({ viewing }: { viewing: Viewing }): ComponentChildren {
  const { log, selection } = viewing;
  // What is selected may still grow.
  void log.version.value;
  const selected = selection.value;
  switch (selected?.kind) {
    case 'row': {
      const row = log.rows[selected.index];
      return row && <EventDetail viewing={viewing} row={row} />;
    }
    case 'item':
      return <ItemDetail viewing={viewing} id={selected.id} />;
    case 'turn':
    case 'response': {
      const { turns } = log;
      const turn = selected.kind === 'turn' ? turns.turns[selected.index] : turns.ofResponse(selected.id);
      return turn ? (
        <TurnCard key={turn.index} viewing={viewing} turn={turn} />
      ) : (
        <ResponseDetail viewing={viewing} selection={selected} />
      );
    }
    default:
      return (
        <EmptyState icon={MousePointerClick} title="Nothing selected">
          Select a turn, an event or a span to see it in full.
        </EmptyState>
      );
  }
}
