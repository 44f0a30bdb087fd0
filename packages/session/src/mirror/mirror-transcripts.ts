// Which transcript a part of a mirrored item has: what was transcribed or streamed stays, what a truncation removed does not come back.

import type { OutputAudioPart, RealtimeContentPart, RealtimeConversationItem } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import { contentOf, type Entry, type MirrorState } from './mirror-state.ts';

type Item = RealtimeConversationItem;

/** The transcripts of truncated parts are `null` [TR4]. */
export function withoutUnheard(item: Item, { parts }: Entry): Item {
  let content = contentOf(item);
  if (!content) return item;
  for (const [index, { audio_end_ms }] of parts) {
    const part = content[index];
    if (audio_end_ms === undefined || !isObject(part)) continue;
    content = content.with(index, withoutTranscript(part));
  }
  return { ...item, content } as Item;
}

/** Keeps a transcript that is known where a part is stated without one, as servers do with the audio they retrieve [MI14]. */
export function withKnownTranscripts(item: Item, { item: before, parts }: Entry): Item {
  let content = contentOf(item);
  const earlier = contentOf(before);
  if (!content || !earlier) return item;
  for (const [index, part] of content.entries()) {
    const known = earlier[index];
    if (!isObject(part) || !isObject(known) || part.type !== known.type || !('transcript' in known)) continue;
    if (typeof part.transcript === 'string' || typeof known.transcript !== 'string') continue;
    // The words of a truncated part are gone: nobody heard all of them [TR4].
    if (parts.get(index)?.audio_end_ms !== undefined) continue;
    content = content.with(index, { ...part, transcript: known.transcript } as RealtimeContentPart);
  }
  return content === contentOf(item) ? item : ({ ...item, content } as Item);
}

export function withoutTranscript(part: RealtimeContentPart): RealtimeContentPart {
  return { ...(part as OutputAudioPart), transcript: null };
}

/** Puts in the words of the user that were understood before the item said so [MI5]. */
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
