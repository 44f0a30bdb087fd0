// The bytes come back as they went in, wherever they are cut.

import { describe, expect, it } from 'vitest';
import { audioStore, ByteList } from './audio-store.ts';

const PCM = { type: 'audio/pcm' } as const;
const countedBytes = (count: number, from = 0) =>
  Uint8Array.from({ length: count }, (_, index) => (from + index) % 251);

/** How many bytes typed arrays copy while `act` runs: the runtime's copying, which no coverage of ours counts. */
function countCopied(act: () => void): number {
  let bytes = 0;
  const { set, slice } = Uint8Array.prototype;
  Uint8Array.prototype.set = function (from, at) {
    bytes += from.length;
    set.call(this, from, at);
  };
  Uint8Array.prototype.slice = () => expect.unreachable();
  try {
    act();
  } finally {
    Object.assign(Uint8Array.prototype, { set, slice });
  }
  return bytes;
}

describe('ByteList', () => {
  it('returns any slice across blocks, also after dropFront', () => {
    const list = new ByteList();
    const all = countedBytes(40_000);
    for (let at = 0; at < all.length; at += 777) list.append(all.subarray(at, at + 777));
    for (const droppedBytes of [0, 1, 4095, 4096, 12_345, 39_999]) {
      const rest = new ByteList();
      rest.append(list.slice());
      rest.dropFront(droppedBytes);
      expect(rest.length).toBe(40_000 - droppedBytes);
      expect(rest.slice()).toEqual(all.subarray(droppedBytes));
      expect(rest.slice(1, 5000)).toEqual(all.subarray(droppedBytes).subarray(1, 5000));
    }
    expect(list.slice(4000, 4200)).toEqual(all.subarray(4000, 4200));
  });

  it('appends bytes after clear', () => {
    const list = new ByteList();
    list.append(countedBytes(10));
    list.dropFront(99);
    expect(list.length).toBe(0);
    list.append(countedBytes(3));
    expect(list.slice()).toEqual(countedBytes(3));
  });

  it('appends a million small chunks without copying earlier bytes', () => {
    const list = new ByteList();
    const chunk = new Uint8Array(48);
    const copied = countCopied(() => {
      for (let count = 0; count < 1_000_000; count += 1) list.append(chunk);
    });
    expect(list.length).toBe(48_000_000);
    expect(copied).toBe(list.length);
  });
});

describe('audioStore', () => {
  it('[IB7, VA6] moves a slice of the buffer to an item and drops the bytes before it', () => {
    const store = audioStore();
    store.input.append(countedBytes(100));
    store.commit('i', 20, 60, PCM);
    expect(store.read('i')).toEqual(countedBytes(40, 20));
    expect(store.input.slice()).toEqual(countedBytes(40, 60));
  });

  it('[TR4, TR10] truncates a part and drops later audio for it', () => {
    const store = audioStore();
    store.add('a', 0, PCM, countedBytes(10));
    store.cut('a', 0, 12);
    store.add('a', 0, PCM, countedBytes(10, 10));
    expect(store.read('a')).toEqual(countedBytes(12));
    store.cut('a', 0, 4);
    store.add('a', 0, PCM, countedBytes(10));
    expect(store.read('a')).toEqual(countedBytes(4));
  });

  it('[CV29] fills audio parts and changes nothing else', () => {
    const store = audioStore();
    store.add('u', 1, PCM, Uint8Array.from([1, 2, 3, 4]));
    const item = {
      type: 'message',
      role: 'user',
      id: 'u',
      content: [
        { type: 'input_text', text: 'hi' },
        { type: 'input_audio', transcript: null },
      ],
    } as const;
    const filled = store.fill({ ...item, content: [...item.content] }, (audio) =>
      Buffer.concat(audio).toString('base64'),
    );
    expect(filled.content).toEqual([item.content[0], { type: 'input_audio', transcript: null, audio: 'AQIDBA==' }]);
    store.forget('u');
    expect(store.read('u', 1)).toBeUndefined();
    expect(store.formatOf('u', 1)).toBeUndefined();
  });
});
