// The actions of an item: copy, events, turn card, delete.

import { Copy, Gauge, List, SearchCode, Trash2 } from 'lucide';
import { copyText } from '../parts/copy-text.ts';
import { Menu, type MenuItem } from '../parts/menu.tsx';
import { mayAct } from '../sources/viewing.ts';
import type { ItemProps } from './item-props.ts';
import { textOfItem } from './item-text.ts';
import { firstRowOf } from './turn-marks.ts';

export function ItemMenu({ listed, mirror, viewing, isPast }: ItemProps) {
  const { id, isDeleted } = listed;
  const { selection, log } = viewing;
  const turn = log.turns.ofItem(id);
  const items: MenuItem[] = [
    { label: 'Copy text', icon: Copy, run: () => void copyText(textOfItem(listed, mirror), 'Text') },
    {
      label: 'Inspect',
      icon: SearchCode,
      run: () => {
        selection.value = { kind: 'item', id };
      },
    },
    {
      label: 'Jump to its events',
      icon: List,
      run: () => {
        // Looked for when asked: a turn may have many rows.
        const row = firstRowOf(log, turn, id);
        selection.value = row === undefined ? { kind: 'item', id } : { kind: 'row', index: row };
      },
    },
    {
      label: 'Open the turn card',
      icon: Gauge,
      isDisabled: turn === undefined,
      run: () => {
        if (turn) selection.value = { kind: 'turn', index: turn.index };
      },
    },
  ];
  if (mayAct(viewing) && !isDeleted && !isPast)
    items.push({
      label: 'Delete this item',
      icon: Trash2,
      isDestructive: true,
      run: () => viewing.actions?.deleteItem(id),
    });
  return <Menu label="Actions for this item" items={items} />;
}
