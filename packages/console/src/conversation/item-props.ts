// What every view of an item is given.

import type { MirroredSession } from '@colloquy/session';
import type { Viewing } from '../sources/viewing.ts';
import type { ListedItem } from './conversation-items.ts';

export interface ItemProps {
  readonly listed: ListedItem;
  readonly mirror: MirroredSession;
  readonly viewing: Viewing;
  /** How many rows are looked at. */
  readonly count: number;
  /** Whether it is of a session that another one followed: then nothing can be done with it. */
  readonly isPast: boolean;
}
