// The bytes of a file in large chunks: `File.stream()` has small ones, and each costs a task of its own.

const CHUNK_BYTES = 1024 * 1024;

/** Reads as the stream is read. Fails if the file has gone. */
export function fileChunks(file: File): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      if (at >= file.size) return controller.close();
      const chunk = await file.slice(at, at + CHUNK_BYTES).arrayBuffer();
      at += CHUNK_BYTES;
      controller.enqueue(new Uint8Array(chunk));
    },
  });
}
