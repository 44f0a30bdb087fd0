// Why a file is no log: what its first bytes look like.

export interface FileProblem {
  /** What it was taken for: `an empty file`. */
  readonly takenFor: string;
  /** The first line that is not blank, or the first bytes as hexadecimal numbers; empty for an empty file. */
  readonly start: string;
  /** What was not understood, in one sentence; empty if there is nothing to say. */
  readonly detail: string;
}

const HEAD_BYTES = 4096;
const MAX_LINE_CHARS = 200;
const MAX_SHOWN_BYTES = 16;

/** Reads the beginning of a file that holds no events. Never rejects. */
export async function findProblem(file: Blob, detail: string): Promise<FileProblem> {
  try {
    return problemOf(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()), detail);
  } catch {
    // It was removed, or is a folder.
    return { takenFor: 'a file that cannot be read', start: '', detail };
  }
}

function problemOf(head: Uint8Array, detail: string): FileProblem {
  if (head.length === 0) return { takenFor: 'an empty file', start: '', detail: '' };
  if (head[0] === 0x1f && head[1] === 0x8b) return { takenFor: 'gzip data', start: hexOf(head), detail };
  // UTF-16 has a NUL in every other byte, and says so in its first two.
  const isUtf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (head.includes(0) && !isUtf16) return { takenFor: 'binary data', start: hexOf(head), detail: '' };
  const encoding = isUtf16 ? (head[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8';
  const text = new TextDecoder(encoding).decode(head).trim();
  const start = (text.split('\n', 1)[0] ?? '').trim().slice(0, MAX_LINE_CHARS);
  return { takenFor: kindOf(text), start, detail };
}

function kindOf(text: string): string {
  if (text === '') return 'an empty file';
  if (/^\{\s*"log"\s*:/.test(text)) return 'a HAR file without Realtime messages';
  if (/"resource(?:Spans|Logs|Metrics)"/.test(text)) return 'OpenTelemetry data';
  return /^[[{]/.test(text) ? 'JSON without Realtime events' : 'plain text';
}

const hexOf = (head: Uint8Array) =>
  Array.from(head.subarray(0, MAX_SHOWN_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
