// Marks of items that the mirror does not store: inserted, deleted, truncated, with the text that was not heard.

import type { RealtimeConversationItem } from '@colloquy/protocol';
import type { Mirror } from '@colloquy/session';

export interface DeletedItem {
  readonly item: RealtimeConversationItem;
  /** The item it stood after; `null` when it was first. */
  readonly after: string | null;
  /** The row that deleted it. */
  readonly row: number;
}

/** Words that were said and not all heard. */
export interface UnheardText {
  readonly itemId: string;
  readonly contentIndex: number;
  readonly text: string;
  /** The row that truncated them. */
  readonly row: number;
}

export interface ItemMarks {
  /** Item id → the row that put it before others that were there. */
  readonly inserted: ReadonlyMap<string, number>;
  /** In the order they were deleted. */
  readonly deleted: readonly DeletedItem[];
  /** The transcript a part had before it was truncated, if it had one in the first `count` rows. */
  unheardText(itemId: string, contentIndex: number, count: number): UnheardText | undefined;
  /** To be told of each event before and after the mirror is; `placed` is the item that took a place by it. */
  before(event: object): void;
  after(event: object, row: number, placed: PlacedItem | undefined): void;
}

export interface PlacedItem {
  readonly id: string;
  readonly previous: string | null;
}

interface Told {
  readonly type?: unknown;
  readonly item_id?: unknown;
  readonly content_index?: unknown;
  readonly previous_item_id?: unknown;
}

/** Of one session of the mirror's. */
export function createItemMarks(mirror: Mirror): ItemMarks {
  const inserted = new Map<string, number>();
  const deleted: DeletedItem[] = [];
  /** The id of the last item, as placed so far. */
  let last: string | null = null;
  let leaving: Omit<DeletedItem, 'row'> | undefined;
  const unheardTexts = new Map<string, UnheardText>();
  let cut: Omit<UnheardText, 'row'> | undefined;

  return {
    inserted,
    deleted,
    unheardText(itemId, contentIndex, count) {
      const text = unheardTexts.get(`${contentIndex} ${itemId}`);
      return text && text.row < count ? text : undefined;
    },
    before(event) {
      const { type, item_id, content_index } = event as Told;
      leaving = undefined;
      cut = undefined;
      if (typeof item_id !== 'string') return;
      if (type === 'conversation.item.truncated' && typeof content_index === 'number') {
        const part = mirror.parts(item_id).find((each) => each.content_index === content_index)?.part;
        const text = part?.type === 'output_audio' ? part.transcript : undefined;
        if (typeof text === 'string') cut = { itemId: item_id, contentIndex: content_index, text };
      }
      if (type !== 'conversation.item.deleted') return;
      const items = mirror.items();
      const index = items.findIndex(({ id }) => id === item_id);
      const item = items[index];
      if (item) leaving = { item, after: items[index - 1]?.id ?? null };
    },
    after(event, row, placed) {
      if (cut) unheardTexts.set(`${cut.contentIndex} ${cut.itemId}`, { ...cut, row });
      if (leaving && mirror.item(String(leaving.item.id)) === undefined) {
        deleted.push({ ...leaving, row });
        inserted.delete(String(leaving.item.id));
        if (last === leaving.item.id) last = leaving.after;
      }
      if (!placed) return;
      const { id, previous } = placed;
      if (previous === last || last === null) last = id;
      // Only who says where an item belongs inserts it; a place that is a guess says nothing.
      else if (id !== last && isPlacing(event as Told)) inserted.set(id, row);
    },
  };
}

const isPlacing = ({ type, previous_item_id }: Told) =>
  type === 'conversation.item.added' && (typeof previous_item_id === 'string' || previous_item_id === null);
