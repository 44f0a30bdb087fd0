// The official document and our schemas, field by field: names, what is required, types, enums, official bounds. A new version
// of the document shows here as a list of lines that differ.

import {
  CLIENT_EVENT_TYPES,
  InputItem,
  RealtimeConversationItem,
  ResponseInputItem,
  SERVER_EVENT_TYPES,
  TRANSLATION_CLIENT_EVENT_TYPES,
  TRANSLATION_SERVER_EVENT_TYPES,
} from '@colloquy/protocol';
import { describe, expect, it } from 'vitest';
import { EXCEPTIONS } from './exceptions.ts';
import { eventsOf, patchedSchemas, readSchemas, twins } from './official.ts';
import { differences, officialShape, ourShape } from './shape.ts';

const ITEMS = new Set([RealtimeConversationItem.node, InputItem.node, ResponseInputItem.node]);
const official = readSchemas();
const patched = patchedSchemas();

const differing = (schemas: Parameters<typeof officialShape>[0]) =>
  twins(official).flatMap(({ name, node }) =>
    differences(officialShape(schemas, name), ourShape(node, ITEMS)).map((line) => `${name}: ${line}`),
  );

describe('the official document and our schemas', () => {
  it.each([
    ['RealtimeServerEvent', SERVER_EVENT_TYPES, 46],
    ['RealtimeClientEvent', CLIENT_EVENT_TYPES, 11],
    ['RealtimeTranslationServerEvent', TRANSLATION_SERVER_EVENT_TYPES, 7],
    ['RealtimeTranslationClientEvent', TRANSLATION_CLIENT_EVENT_TYPES, 3],
  ])('[CD10] %s has the event names we have', (union, ours, count) => {
    const theirs = [...eventsOf(official, union).keys()];
    expect([...theirs].sort()).toEqual([...ours].sort());
    expect(theirs).toHaveLength(count);
  });

  it('[CD10] are the same in every field, apart from the exceptions', () => {
    expect(differing(patched)).toEqual([]);
  });

  it.each(EXCEPTIONS.map((exception) => [exception.id, exception.why]))('%s is still a difference: %s', (id) => {
    // Items end the comparison on both sides; the verdicts tell whether that exception is still one.
    if (id !== 'items') expect(differing(patchedSchemas(id))).not.toEqual([]);
  });
});
