// Keeps the log of the running talk for a reload, and shows it again after one.

import { readRecordingLine } from '@colloquy/session';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Viewing } from '../sources/viewing.ts';
import { createTalkArchive } from './talk-archive.ts';

export interface TalkRestore {
  /** Whether this tab kept the log of a session before it was reloaded. */
  readonly isRestorable: ReadonlySignal<boolean>;
  /** Keeps the log of a session from now on, in place of any other. */
  follow(view: Viewing): void;
  /** Shows the log again that was kept, where none is shown. */
  restore(): Promise<void>;
  /** Forgets it. */
  discard(): void;
}

export function createTalkRestore(viewing: ReadonlySignal<Viewing>): TalkRestore {
  const archive = createTalkArchive();
  const isRestorable = signal(false);
  /** Ends what writes the current log to the archive. */
  let unfollow = () => {};
  let followed: Viewing | undefined;

  function follow(view: Viewing): void {
    if (view === followed) return;
    unfollow();
    unfollow = archive.follow(view.log);
    followed = view;
    isRestorable.value = false;
  }

  void archive.read().then((lines) => {
    isRestorable.value = lines.length > 0 && viewing.peek().log.rows.length === 0;
  });

  return {
    isRestorable,
    follow,
    async restore() {
      const lines = await archive.read();
      const view = viewing.peek();
      isRestorable.value = false;
      if (view.log.rows.length > 0) return;
      for (const [index, line] of lines.entries()) view.log.append(readRecordingLine(line, index + 1));
      view.status.value = { state: 'lost', message: 'Restored after a reload.' };
      follow(view);
    },
    discard() {
      archive.clear();
      isRestorable.value = false;
    },
  };
}
