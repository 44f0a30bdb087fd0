// A snapshot line in pieces, for writers that have other things to do between them. The whole line is `recordingLine`.

import { type RedactionLevel, redact } from '@colloquy/protocol';
import { asLine, type SnapshotLine } from './recording.ts';

/**
 * The text of a snapshot line, without its line break, as pieces that are made one by one; joined they are what `recordingLine` gives.
 * No piece holds more than a thirty-second part of the items. States are never changed in place, so the session may go on meanwhile.
 */
export function* snapshotPieces({ state, ...line }: SnapshotLine, level: RedactionLevel): Generator<string, void> {
  const { items } = state;
  const { nodes } = items;
  yield `${asLine(line).slice(0, -1)},"state":`;
  yield* objectPieces(redact({ ...state, items: null }, { level }), 'items', () =>
    objectPieces(items, 'nodes', () => objectPieces(nodes, 'shelves', () => shelfPieces(nodes.shelves, level))),
  );
  yield '}';
}

/** An object, one of whose fields comes in pieces. */
function* objectPieces(value: object, name: string, pieces: () => Generator<string, void>): Generator<string, void> {
  let before = '{';
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    yield `${before}${asLine(key)}:`;
    before = ',';
    if (key === name) yield* pieces();
    else yield asLine(field);
  }
  yield before === '{' ? '{}' : '}';
}

function* shelfPieces(
  shelves: SnapshotLine['state']['items']['nodes']['shelves'],
  level: RedactionLevel,
): Generator<string, void> {
  yield '[';
  for (const [index, shelf] of shelves.entries()) {
    // Bucket by bucket, since redaction bounds how much it reads at once and a shelf may hold more.
    const redacted = shelf === null ? null : shelf.map((bucket) => bucket && redact(bucket, { level }));
    yield `${index === 0 ? '' : ','}${asLine(redacted)}`;
  }
  yield ']';
}
