// The items of a conversation in order, deleted ones at their old place, each with its state.

import type { RealtimeConversationItem, RealtimeResponse } from '@colloquy/protocol';
import type { MirroredSession } from '@colloquy/session';
import type { ItemMarks } from '../log/item-marks.ts';

export interface ListedItem {
  readonly id: string;
  readonly item: RealtimeConversationItem;
  readonly isInserted: boolean;
  readonly isDeleted: boolean;
  /** The response that made it. */
  readonly response: RealtimeResponse | undefined;
}

/** Out-of-band responses, whose items stand in no conversation, and responses that ended with nothing to show. */
export interface AsideResponse {
  readonly response: RealtimeResponse;
  readonly items: readonly ListedItem[];
}

export interface Listing {
  readonly items: readonly ListedItem[];
  readonly aside: readonly AsideResponse[];
}

/** Lists what a mirror holds after the first `count` rows. */
export function listItems(mirror: MirroredSession, marks: ItemMarks, count: number): Listing {
  const madeBy = new Map<string, RealtimeResponse>();
  const responses = mirror.responses();
  for (const response of responses) {
    for (const item of Array.isArray(response.output) ? response.output : [])
      if (item?.id) madeBy.set(item.id, response);
  }
  const listed = (item: RealtimeConversationItem, isDeleted: boolean): ListedItem => {
    const id = item.id ?? '';
    const row = marks.inserted.get(id);
    return { id, item, isInserted: row !== undefined && row < count, isDeleted, response: madeBy.get(id) };
  };
  const living = mirror.items();
  const deleted = new Map<string | null, ListedItem[]>();
  const isLiving = new Set(living.map(({ id }) => id ?? ''));
  /** Where a deleted item stood, now that its neighbours may be gone as well. */
  const anchors = new Map<string, string | null>();
  for (const { item, after, row } of marks.deleted) {
    if (row >= count || isLiving.has(item.id ?? '')) continue;
    anchors.set(item.id ?? '', after);
    let anchor = after;
    while (anchor !== null && !isLiving.has(anchor) && anchors.has(anchor))
      anchor = anchors.get(anchor) as string | null;
    deleted.set(anchor, [listed(item, true), ...(deleted.get(anchor) ?? [])]);
  }
  const items = [...(deleted.get(null) ?? [])];
  for (const item of living) items.push(listed(item, false), ...(deleted.get(item.id ?? '') ?? []));
  const listedIds = new Set(items.map(({ id }) => id));
  const aside = responses.flatMap((response) => {
    const output = (Array.isArray(response.output) ? response.output : []).filter((item) => item !== null);
    const hidden = output.filter(({ id }) => !listedIds.has(id ?? ''));
    const isWorthIt =
      hidden.length > 0 ||
      (output.length === 0 && response.status !== 'in_progress' && response.status !== 'completed');
    return isWorthIt ? [{ response, items: hidden.map((item) => listed(item, false)) }] : [];
  });
  return { items, aside };
}
