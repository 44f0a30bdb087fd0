// Rebuilds a session at a line of its recording, with the audio that the recording has. The replay: `restoreAt` of
// @colloquy/session.

import type { Readable } from 'node:stream';
import { decodeBase64 } from '@colloquy/protocol';
import {
  type Effect,
  type HistoryItem,
  historyOf,
  type RestoreFailure,
  restoreAt,
  type SessionState,
} from '@colloquy/session';
import { type AudioStore, audioStore } from '../sessions/audio-store.ts';
import { storeHistory, withoutImages, withStoredAudio } from '../sessions/history-audio.ts';
import { lineTexts } from './line-texts.ts';

export type RestoredSession =
  | { readonly ok: true; readonly state: SessionState; readonly history: HistoryItem[] }
  | RestoreFailure;

/** `line` counts from 1. Throws only what `source` throws. */
export async function restoreRecording(source: Readable, line: number): Promise<RestoredSession> {
  const store = audioStore();
  let hasAudio = false;
  const restored = await restoreAt(lineTexts(source), line, {
    header({ hidden, options }) {
      hasAudio = !hidden.includes('media');
      if (hasAudio) storeHistory(store, options?.history ?? []);
    },
    effect: (effect) => hasAudio && applyAudioEffect(store, effect),
  });
  if (!restored.ok) return restored;
  const { state } = restored;
  const history = historyOf(state);
  return {
    ...{ ok: true, state },
    history: hasAudio ? withStoredAudio(history, store) : withStoredAudio(withoutImages(history), undefined),
  };
}

function applyAudioEffect(store: AudioStore, effect: Effect): void {
  switch (effect.do) {
    case 'append_audio':
      return store.input.append(decodeBase64(effect.audio) ?? new Uint8Array());
    case 'commit_audio':
      return store.commit(effect.item_id, effect.start, effect.end, effect.format);
    case 'trim_audio':
      return store.input.dropFront(effect.bytes);
    case 'clear_audio':
      return store.input.clear();
    case 'store_audio':
      return store.add(
        effect.item_id,
        effect.content_index,
        effect.format,
        decodeBase64(effect.audio) ?? new Uint8Array(),
      );
    case 'cut_audio':
      return store.cut(effect.item_id, effect.content_index, effect.bytes);
    case 'drop_audio':
      return store.forget(effect.item_id);
  }
}
