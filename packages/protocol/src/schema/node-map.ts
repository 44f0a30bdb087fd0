// Variations of a schema: the same wire object without some of its fields.

import { InputItem, RealtimeConversationItem, ResponseInputItem } from '../wire/realtime-conversation.ts';
import type { Node } from './schema.ts';

type Change = (node: Node) => Node | undefined;

/** A copy of a schema in which every node that `change` has an answer for is replaced by that. Made once per node. */
function variation(change: Change): (node: Node) => Node {
  const made = new Map<Node, Node>();
  const copy = (node: Node): Node => {
    let known = made.get(node);
    if (known === undefined) made.set(node, (known = change(node) ?? inside(node)));
    return known;
  };
  const each = (nodes: Readonly<Record<string, Node>>) =>
    Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, copy(node)]));
  const inside = (node: Node): Node => {
    switch (node.kind) {
      case 'array':
      case 'record':
      case 'nullable':
      case 'optional':
        return { ...node, of: copy(node.of) };
      case 'object':
        return { ...node, fields: each(node.fields) };
      case 'variants':
        return { ...node, of: each(node.of) };
      case 'either':
        return { ...node, of: node.of.map(copy) };
      case 'lazy':
        return { kind: 'lazy', get: () => copy(node.get()) };
      default:
        return node;
    }
  };
  return copy;
}

const ITEMS: ReadonlySet<Node> = new Set([RealtimeConversationItem.node, InputItem.node, ResponseInputItem.node]);

/** Whether a place holds a conversation item. */
export const isItem = (node: Node): boolean => ITEMS.has(node);

/** The schema around the items: what stands in their places is not judged. */
export const withoutItems: (node: Node) => Node = variation((node) => (isItem(node) ? { kind: 'json' } : undefined));

/** Shape without bounds: numbers of any size, texts and lists of any length. */
export const withoutBounds: (node: Node) => Node = variation((node) => {
  switch (node.kind) {
    case 'string':
      return { kind: 'string' };
    case 'integer':
    case 'number':
      return { kind: node.kind, bounds: {} };
    case 'array':
      return { kind: 'array', of: withoutBounds(node.of) };
    case 'record':
      return { kind: 'record', of: withoutBounds(node.of) };
    default:
      return undefined;
  }
});
