// Folds a call into one group: request, approval, call and output, which are items of their own in a conversation.

import type { ListedItem } from './conversation-items.ts';

export interface ItemGroup {
  /** The item that stands in the conversation: a message, or what a call began with. */
  readonly listed: ListedItem;
  /** The items that continue it, in order. */
  readonly steps: readonly ListedItem[];
}

/** Groups items in the order of the conversation. Deleted items stand alone. Pure. */
export function groupItems(items: readonly ListedItem[]): ItemGroup[] {
  const groups: { listed: ListedItem; steps: ListedItem[] }[] = [];
  /** Groups by the key that later items refer to. */
  const open = new Map<string, { steps: ListedItem[] }>();
  for (const listed of items) {
    const earlier = listed.isDeleted ? undefined : open.get(continuedKey(listed) ?? '');
    if (earlier) {
      earlier.steps.push(listed);
      continue;
    }
    const group = { listed, steps: [] };
    groups.push(group);
    const key = listed.isDeleted ? undefined : ownKey(listed);
    if (key !== undefined) open.set(key, group);
  }
  return groups;
}

/** The key by which later items refer to this one: its call id or approval request id. */
function ownKey({ item, id }: ListedItem): string | undefined {
  if (item.type === 'function_call') return item.call_id ? `call ${item.call_id}` : undefined;
  return item.type === 'mcp_approval_request' ? `approval ${id}` : undefined;
}

/** The key of the item that this one refers to. */
function continuedKey({ item }: ListedItem): string | undefined {
  switch (item.type) {
    case 'function_call_output':
      return `call ${item.call_id}`;
    case 'mcp_approval_response':
    case 'mcp_call':
      return item.approval_request_id ? `approval ${item.approval_request_id}` : undefined;
    default:
      return undefined;
  }
}
