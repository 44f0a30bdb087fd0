// The bytes of a file, unpacked if it is gzip.

/** So much is unpacked: many times what a page can hold of a log. */
const MAX_UNPACKED_BYTES = 4 * 1024 ** 3;

/** Yields the bytes, unpacked where they are gzip, which `onForm` hears. Throws what `chunks` throws, and for gzip that is damaged or too much. */
export async function* unpacked(
  chunks: AsyncGenerator<Uint8Array, void>,
  onForm: (form: string) => void,
  maxBytes = MAX_UNPACKED_BYTES,
): AsyncGenerator<Uint8Array, void> {
  const first = await chunks.next();
  if (first.done) return;
  const [one, two] = first.value;
  if (one !== 0x1f || two !== 0x8b) {
    yield first.value;
    return yield* chunks;
  }
  onForm('gzip');
  let due: Uint8Array | undefined = first.value;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const next: IteratorResult<Uint8Array, void> = due ? { value: due } : await chunks.next();
      due = undefined;
      if (next.done) controller.close();
      else controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
    },
    cancel: () => void chunks.return(),
  });
  const reader = packed.pipeThrough(new DecompressionStream('gzip')).getReader();
  let bytes = 0;
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      bytes += step.value.length;
      if (bytes > maxBytes) throw new Error('it is too large when unpacked');
      yield step.value;
    }
  } finally {
    void reader.cancel().catch(() => {}); // the file may be gone already
  }
}
