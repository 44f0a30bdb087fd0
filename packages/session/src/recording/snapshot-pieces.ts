// Serializes a snapshot line in pieces, for writers that must yield between them. The whole line: `recordingLine`.

import { type RedactionLevel, redact } from '@colloquy/protocol';
import { type SnapshotLine, toLine } from './recording.ts';

/**
 * The text of a snapshot line, without its line break, as lazily made pieces; joined they equal `recordingLine`. No
 * piece holds more than 1/32 of the items. States are immutable, so the session may continue meanwhile.
 */
export function* snapshotPieces({ state, ...line }: SnapshotLine, level: RedactionLevel): Generator<string, void> {
  const { items } = state;
  const { nodes } = items;
  yield `${toLine(line).slice(0, -1)},"state":`;
  yield* objectPieces(redact({ ...state, items: null }, { level }), 'items', () =>
    objectPieces(items, 'nodes', () => objectPieces(nodes, 'shelves', () => shelfPieces(nodes.shelves, level))),
  );
  yield '}';
}

/** Serializes an object, one field of which comes in pieces. */
function* objectPieces(value: object, name: string, pieces: () => Generator<string, void>): Generator<string, void> {
  let before = '{';
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    yield `${before}${toLine(key)}:`;
    before = ',';
    if (key === name) yield* pieces();
    else yield toLine(field);
  }
  yield before === '{' ? '{}' : '}';
}

function* shelfPieces(
  shelves: SnapshotLine['state']['items']['nodes']['shelves'],
  level: RedactionLevel,
): Generator<string, void> {
  yield '[';
  for (const [index, shelf] of shelves.entries()) {
    // Bucket by bucket, because redaction limits how much it reads at once and a shelf may hold more.
    const redacted = shelf === null ? null : shelf.map((bucket) => bucket && redact(bucket, { level }));
    yield `${index === 0 ? '' : ','}${toLine(redacted)}`;
  }
  yield ']';
}
