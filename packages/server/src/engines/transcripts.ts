// What the user said, for engines that go by text: audio gets the transcript that the session's host makes of it.

import type { MessageItem, RealtimeConversationItem } from '@colloquy/protocol';
import type { EngineHost } from './engine.ts';

/** The items, each audio part with its transcript, once it is known. Parts that nobody can transcribe keep `null`. */
export function withTranscripts(
  items: readonly RealtimeConversationItem[],
  host: EngineHost,
): Promise<RealtimeConversationItem[]> {
  return Promise.all(items.map((item) => (lacksTranscript(item) ? transcribed(item, host) : item)));
}

/** The same, for the latest message of the user alone. */
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
