// Transcripts of item parts: a known transcript stays, one that a truncation removed does not come back.

import type { OutputAudioPart, RealtimeContentPart, RealtimeConversationItem } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import { contentOf, type Entry, type MirrorState } from './mirror-state.ts';

type Item = RealtimeConversationItem;

/** Sets the transcripts of truncated parts to `null` [TR4]. */
export function withoutTruncatedTranscripts(item: Item, { parts }: Entry): Item {
  let content = contentOf(item);
  if (!content) return item;
  for (const [index, { audio_end_ms }] of parts) {
    const part = content[index];
    if (audio_end_ms === undefined || !isObject(part)) continue;
    content = content.with(index, withoutTranscript(part));
  }
  return { ...item, content } as Item;
}

/**
 * Keeps a known transcript if the new version of a part has none, as in `conversation.item.retrieved` of some servers
 * [MI14].
 */
export function withKnownTranscripts(item: Item, { item: before, parts }: Entry): Item {
  let content = contentOf(item);
  const earlier = contentOf(before);
  if (!content || !earlier) return item;
  for (const [index, part] of content.entries()) {
    const known = earlier[index];
    if (!isObject(part) || !isObject(known) || part.type !== known.type || !('transcript' in known)) continue;
    if (typeof part.transcript === 'string' || typeof known.transcript !== 'string') continue;
    // A truncated part has no transcript, because the user did not hear all of it [TR4].
    if (parts.get(index)?.audio_end_ms !== undefined) continue;
    content = content.with(index, { ...part, transcript: known.transcript } as RealtimeContentPart);
  }
  return content === contentOf(item) ? item : ({ ...item, content } as Item);
}

export function withoutTranscript(part: RealtimeContentPart): RealtimeContentPart {
  return { ...(part as OutputAudioPart), transcript: null };
}

/** Fills in transcripts of user audio that arrived before the item [MI5]. */
export function withTranscripts(state: MirrorState, id: string, item: Item): Item {
  let content = contentOf(item);
  const known = state.transcriptions.get(id);
  if (!content || !known) return item;
  for (const [index, { status, text }] of known) {
    const part = content[index];
    if (status !== 'completed' || part?.type !== 'input_audio' || typeof part.transcript === 'string') continue;
    content = content.with(index, { ...part, transcript: text });
  }
  return content === contentOf(item) ? item : ({ ...item, content } as Item);
}
