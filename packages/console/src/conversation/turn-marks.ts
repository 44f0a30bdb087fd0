// Where turns begin among the items of a conversation, when an item came, and whether an answer is awaited.

import type { FrameLog } from '../log/frame-log.ts';
import { frameOf, type LogRow } from '../log/log-row.ts';
import type { Turn } from '../log/turn.ts';
import type { ItemGroup } from './item-groups.ts';

type Rows = Pick<FrameLog, 'rows'>;

/** The turns by the id of their first item that is shown. */
export function turnStarts(
  groups: readonly ItemGroup[],
  turnOf: (itemId: string) => Turn | undefined,
): Map<string, Turn> {
  const starts = new Map<string, Turn>();
  let last: Turn | undefined;
  for (const { listed } of groups) {
    const turn = turnOf(listed.id);
    if (turn && turn !== last) starts.set(listed.id, turn);
    last = turn ?? last;
  }
  return starts;
}

/** Index of the first row of a turn that names an item; `undefined` without one. */
export function firstRowOf({ rows }: Rows, turn: Turn | undefined, itemId: string): number | undefined {
  return turn?.rows.find((index) => {
    const { item, item_id } = (frameOf(rows[index] as LogRow)?.event ?? {}) as Naming;
    return item_id === itemId || item?.id === itemId;
  });
}

interface Naming {
  readonly item_id?: unknown;
  readonly item?: { readonly id?: unknown };
}

/** Events that decide, before `response.created`, whether an answer is awaited. */
const ENDS = new Set(['response.create', 'error']);

const SENT = new Set(['conversation.item.create']);
const ADDED = new Set(['conversation.item.added', 'conversation.item.created', 'error']);

/** Whether a response was asked for, or is made, and nothing of it has come yet. */
export function isAwaited({ rows }: Rows, turn: Turn | undefined): boolean {
  const response = turn?.responses.at(-1);
  if (response) return response.firstItemAt === undefined && response.endedAt === undefined;
  const lastOf = (types: ReadonlySet<string>) =>
    turn?.rows.findLast((index) => types.has((rows[index] as LogRow).type)) ?? -1;
  // A message that was just sent comes first: it would push the dots down.
  if (lastOf(SENT) > lastOf(ADDED)) return false;
  return rows[lastOf(ENDS)]?.type === 'response.create';
}
