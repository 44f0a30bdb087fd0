// Stores the audio bytes of a session: the input buffer, and the audio of items by part. The session's state only counts them.
// Bytes are stored in blocks, so that the cost of an append depends on its own length only.

import type { RealtimeAudioFormat, RealtimeConversationItem } from '@colloquy/protocol';

const MIN_BLOCK_BYTES = 4 * 1024;
const MAX_BLOCK_BYTES = 256 * 1024;

/** A byte sequence with append, slice and removal at the front. */
export class ByteList {
  #blocks: Uint8Array[] = [];
  /** Bytes used in the last block. */
  #lastBlockBytes = 0;
  /** Bytes removed from the front of the first block. */
  #frontOffset = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.byteLength > 0) {
      let block = this.#blocks.at(-1);
      if (!block || this.#lastBlockBytes === block.byteLength) {
        const blockBytes = Math.min(MAX_BLOCK_BYTES, Math.max(MIN_BLOCK_BYTES, this.#length, rest.byteLength));
        this.#blocks.push((block = new Uint8Array(blockBytes)));
        this.#lastBlockBytes = 0;
      }
      const chunk = rest.subarray(0, block.byteLength - this.#lastBlockBytes);
      block.set(chunk, this.#lastBlockBytes);
      this.#lastBlockBytes += chunk.byteLength;
      this.#length += chunk.byteLength;
      rest = rest.subarray(chunk.byteLength);
    }
  }

  /** A copy of bytes `[start, end)` as one array. */
  slice(start = 0, end = this.#length): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, this.#length) - start));
    let at = -this.#frontOffset - start;
    for (const block of this.#blocks) {
      const from = Math.max(0, -at);
      const part = block.subarray(from, Math.min(block.byteLength, bytes.byteLength - at));
      if (part.byteLength > 0 && at + from < bytes.byteLength) bytes.set(part, at + from);
      at += block.byteLength;
    }
    return bytes;
  }

  /** The bytes without a copy. Later appends and cuts do not change the returned blocks. */
  blocks(): readonly Uint8Array[] {
    const blocks = this.#blocks.slice();
    const last = blocks.pop();
    if (last) blocks.push(last.subarray(0, this.#lastBlockBytes));
    const first = blocks.shift();
    return first ? [first.subarray(this.#frontOffset), ...blocks] : [];
  }

  /** Removes `count` bytes at the front. */
  dropFront(count: number): void {
    if (count >= this.#length) {
      this.clear();
      return;
    }
    this.#frontOffset += count;
    this.#length -= count;
    let first = 0;
    while (this.#frontOffset >= (this.#blocks[first]?.byteLength ?? Number.POSITIVE_INFINITY)) {
      this.#frontOffset -= (this.#blocks[first] as Uint8Array).byteLength;
      first += 1;
    }
    if (first > 0) this.#blocks = this.#blocks.slice(first);
  }

  clear(): void {
    this.#blocks = [];
    this.#lastBlockBytes = 0;
    this.#frontOffset = 0;
    this.#length = 0;
  }
}

interface PartAudio {
  readonly format: RealtimeAudioFormat;
  readonly bytes: ByteList;
  /** Longest length in bytes, set by a truncation: later audio beyond it is dropped [TR10]. */
  limit: number;
}

/** The audio of one session. */
export interface AudioStore {
  readonly input: ByteList;
  /** Moves bytes `[start, end)` of the input buffer to an item's first part, and drops all bytes before `end` from the buffer. */
  commit(itemId: string, start: number, end: number, format: RealtimeAudioFormat): void;
  /** Appends audio to an item's part. */
  add(itemId: string, contentIndex: number, format: RealtimeAudioFormat, bytes: Uint8Array): void;
  /** Truncates a part to `bytes` bytes and drops later audio for it. */
  cut(itemId: string, contentIndex: number, bytes: number): void;
  forget(itemId: string): void;
  read(itemId: string, contentIndex?: number): Uint8Array | undefined;
  formatOf(itemId: string, contentIndex?: number): RealtimeAudioFormat | undefined;
  /**
   * A copy of the item whose audio parts contain `print` of their stored audio; the item itself if it has none [CV29]. The blocks
   * passed to `print` do not change later.
   */
  fill<T extends RealtimeConversationItem>(item: T, print: (audio: readonly Uint8Array[]) => string): T;
}

export function audioStore(): AudioStore {
  const input = new ByteList();
  const items = new Map<string, Map<number, PartAudio>>();

  const add: AudioStore['add'] = (itemId, contentIndex, format, bytes) => {
    let parts = items.get(itemId);
    if (!parts) items.set(itemId, (parts = new Map()));
    let part = parts.get(contentIndex);
    if (!part) parts.set(contentIndex, (part = { format, bytes: new ByteList(), limit: Number.POSITIVE_INFINITY }));
    const freeBytes = part.limit - part.bytes.length;
    part.bytes.append(bytes.byteLength > freeBytes ? bytes.subarray(0, Math.max(0, freeBytes)) : bytes);
  };

  return {
    input,
    add,
    commit(itemId, start, end, format) {
      add(itemId, 0, format, input.slice(start, end));
      input.dropFront(end);
    },
    cut(itemId, contentIndex, bytes) {
      const part = items.get(itemId)?.get(contentIndex);
      if (!part) return;
      part.limit = bytes;
      if (part.bytes.length <= bytes) return;
      const head = part.bytes.slice(0, bytes);
      part.bytes.clear();
      part.bytes.append(head);
    },
    forget: (itemId) => void items.delete(itemId),
    read: (itemId, contentIndex = 0) => items.get(itemId)?.get(contentIndex)?.bytes.slice(),
    formatOf: (itemId, contentIndex = 0) => items.get(itemId)?.get(contentIndex)?.format,
    fill(item, print) {
      const parts = item.type === 'message' && item.id !== undefined ? items.get(item.id) : undefined;
      if (item.type !== 'message' || !parts) return item;
      const content = item.content.map((part, index) => {
        const audio = parts.get(index);
        if (!audio || (part.type !== 'input_audio' && part.type !== 'output_audio')) return part;
        return { ...part, audio: print(audio.bytes.blocks()) };
      });
      return { ...item, content };
    },
  };
}
