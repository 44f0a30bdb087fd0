// Audio of responses on its way to a player: what to play, and what to truncate after an interruption. How much was
// heard is known to the player, or to `playback-clock.ts`.

import {
  bytesToMs,
  type ConversationItemTruncateEvent,
  decodeBase64,
  type RealtimeAudioFormat,
} from '@colloquy/protocol';

/** An audio part that was not heard to its end. */
export interface HeardPart {
  readonly item_id: string;
  readonly content_index: number;
  /** Milliseconds of it that were heard. */
  readonly heard_ms: number;
}

/** Audio to play after everything received before. */
export interface ReceivedAudio {
  readonly item_id: string;
  readonly content_index: number;
  readonly bytes: Uint8Array;
}

export interface AnswerAudio {
  /**
   * Receives a `response.output_audio.delta` of any shape. `undefined` if there is nothing to play: the item was
   * interrupted, or the delta is not audio.
   */
  receive(delta: object): ReceivedAudio | undefined;
  /** Drops later audio of the items received so far. Call it when the player is told to stop, before it says what was heard. */
  mute(): void;
  /**
   * The player has stopped. Returns the events that truncate these parts to what was heard. Later audio of their items
   * is not played.
   */
  interrupt(parts: readonly HeardPart[]): ConversationItemTruncateEvent[];
}

/** `format` is the session's output format. */
export function createAnswerAudio(format: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24_000 }): AnswerAudio {
  /** Bytes received of each part that can still be interrupted. */
  const received = new Map<string, number>();
  const interrupted = new Set<string>();
  const keyOf = (item_id: string, content_index: number) => `${content_index} ${item_id}`;

  return {
    receive(delta) {
      const { item_id, content_index = 0, delta: text } = delta as Readonly<Record<string, unknown>>;
      if (typeof item_id !== 'string' || typeof content_index !== 'number' || typeof text !== 'string')
        return undefined;
      const bytes = interrupted.has(item_id) ? undefined : decodeBase64(text);
      if (!bytes) return undefined;
      const key = keyOf(item_id, content_index);
      received.set(key, (received.get(key) ?? 0) + bytes.length);
      return { item_id, content_index, bytes };
    },
    mute() {
      for (const key of received.keys()) interrupted.add(key.slice(key.indexOf(' ') + 1));
    },
    interrupt(parts) {
      return parts.map(({ item_id, content_index, heard_ms }) => {
        interrupted.add(item_id);
        // Servers refuse a position past the end [TR3].
        const key = keyOf(item_id, content_index);
        const receivedMs = bytesToMs(received.get(key) ?? 0, format);
        received.delete(key);
        const audio_end_ms = Math.floor(Math.min(Math.max(0, heard_ms), receivedMs));
        return { type: 'conversation.item.truncate', item_id, content_index, audio_end_ms } as const;
      });
    },
  };
}
