// The text of an item as one string: what is copied, and what a search looks in.

import type { MirroredSession } from '@colloquy/session';
import type { ListedItem } from './conversation-items.ts';
import { displayText } from './display-text.ts';
import type { ItemGroup } from './item-groups.ts';

/** Text and transcripts of a message, or names, arguments and outputs of a call; empty for audio without a transcript. */
export function textOfItem({ id, item, isDeleted }: ListedItem, mirror: MirroredSession): string {
  if (item.type !== 'message') {
    const { name, arguments: args, output, reason, error } = item as unknown as Readonly<Record<string, unknown>>;
    return [name, args, output, reason, error].map(displayText).filter(Boolean).join('\n');
  }
  const parts = isDeleted ? [] : mirror.parts(id);
  const content = Array.isArray(item.content) ? item.content : [];
  const texts =
    parts.length > 0
      ? parts.map(({ part, transcription }) => textOfPart(part) || displayText(transcription?.text))
      : content.map(textOfPart);
  return texts.filter(Boolean).join('\n');
}

function textOfPart(part: unknown): string {
  const { text, transcript } = (part ?? {}) as Readonly<Record<string, unknown>>;
  return displayText(text ?? transcript);
}

/** The groups in which any item holds the text, whatever its case. */
export function searchGroups(groups: readonly ItemGroup[], text: string, mirror: MirroredSession): ItemGroup[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [...groups];
  const holds = (listed: ListedItem) => textOfItem(listed, mirror).toLowerCase().includes(wanted);
  return groups.filter(({ listed, steps }) => [listed, ...steps].some(holds));
}
