// A live region for screen readers with the latest complete answer.

import type { MirroredSession } from '@colloquy/session';
import type { ListedItem } from './conversation-items.ts';
import { visible } from './unseen.ts';

/** Announces each complete answer to screen readers. */
export function Announcer({ mirror, items }: { mirror: MirroredSession; items: readonly ListedItem[] }) {
  const last = items.findLast(
    ({ item, isDeleted }) => !isDeleted && item.type === 'message' && item.role === 'assistant',
  );
  const isWhole = last && 'status' in last.item && last.item.status !== 'in_progress';
  const announcement = isWhole
    ? mirror
        .parts(last.id)
        .flatMap(
          ({ part }) =>
            (part && 'text' in part ? part.text : part && 'transcript' in part ? part.transcript : '') ?? '',
        )
    : [];
  return (
    <p class="heard-only" aria-live="polite">
      {announcement.length > 0 && `Assistant: ${visible(announcement.join(' ').slice(0, 1000))}`}
    </p>
  );
}
