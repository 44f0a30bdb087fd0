// Fills in the transcripts of the user's audio, for engines that work on text.

import type { MessageItem, RealtimeConversationItem } from '@colloquy/protocol';
import type { EngineHost } from './engine.ts';

/**
 * Returns the items with a transcript in each audio part. Waits for the host's transcriber; parts without a transcript
 * keep `null`.
 */
export function withTranscripts(
  items: readonly RealtimeConversationItem[],
  host: EngineHost,
): Promise<RealtimeConversationItem[]> {
  return Promise.all(items.map((item) => (lacksTranscript(item) ? transcribed(item, host) : item)));
}

/** Like `withTranscripts`, for the latest user message only. */
export async function withLatestTranscript(
  items: readonly RealtimeConversationItem[],
  host: EngineHost,
): Promise<readonly RealtimeConversationItem[]> {
  const at = items.findLastIndex((item) => item.type === 'message' && item.role === 'user');
  const latest = items[at];
  return latest && lacksTranscript(latest) ? items.with(at, await transcribed(latest, host)) : items;
}

const lacksTranscript = (item: RealtimeConversationItem): item is MessageItem =>
  item.type === 'message' && item.content.some((part) => part.type === 'input_audio' && part.transcript == null);

async function transcribed(message: MessageItem, host: EngineHost): Promise<MessageItem> {
  const { id } = message;
  if (id === undefined) return message;
  const content = message.content.map(async (part, index) => {
    if (part.type !== 'input_audio' || part.transcript != null) return part;
    const transcript = await host.transcript?.(id, index);
    return transcript === undefined ? part : { ...part, transcript };
  });
  return { ...message, content: await Promise.all(content) };
}
