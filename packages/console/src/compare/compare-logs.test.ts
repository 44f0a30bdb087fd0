// Differences between two logs, on recordings of the server and modified copies.

import { readFileSync } from 'node:fs';
import { frameLogOf as logOf } from '@support/frame-logs.ts';
import { describe, expect, it } from 'vitest';
import { type Comparison, compareLogs } from './compare-logs.ts';

const RECORDINGS = new URL('../../../../tests/golden/recordings/', import.meta.url);
const golden = (name: string) => readFileSync(new URL(`${name}.jsonl`, RECORDINGS), 'utf8');

const compared = (left: string, right: string, comparesText = true): Comparison =>
  compareLogs(logOf(left), logOf(right), comparesText);
const partingsOf = ({ pairs, partings }: Comparison) =>
  partings.map((place) => {
    const { left, right, fields } = pairs[place] as (typeof pairs)[number];
    return [left?.type, right?.type, ...fields.map(({ path }) => path)];
  });
/** The same with other ids. */
const renamed = (text: string) =>
  text.replaceAll(/"(item|resp|event|sess|conv|call)_(?!reference")([^"]+)"(?!:)/g, '"$1_other$2"');
const without = (text: string, part: RegExp) =>
  text
    .split('\n')
    .filter((line) => !part.test(line))
    .join('\n');

describe('two logs beside each other', () => {
  it.each(['audio-turn', 'speech-turns', 'tool-round', 'mcp', 'out-of-band', 'truncation'])(
    'part nowhere when they are %s twice, under other ids',
    (name) => {
      const { pairs, partings } = compared(golden(name), renamed(golden(name)));
      expect(partings.map((place) => pairs[place]?.fields)).toEqual([]);
      expect(pairs.length).toBeGreaterThan(10);
      const indexes = pairs.flatMap(({ left }) => left?.index ?? []);
      expect(indexes).toEqual([...indexes].sort((a, b) => a - b));
    },
  );

  it('part where other words were said, unless words do not count', () => {
    const text = golden('audio-turn');
    const transcript = /"transcript":"([^"]+)"/.exec(text)?.[1] as string;
    const other = text.replaceAll(`"transcript":"${transcript}"`, '"transcript":"Something else."');
    const [first] = partingsOf(compared(text, other));
    expect(first).toEqual([
      'conversation.item.input_audio_transcription.completed',
      'conversation.item.input_audio_transcription.completed',
      'transcript',
    ]);
    expect(compared(text, other, false).partings).toEqual([]);
  });

  it('part where one has a line that the other lacks, and stand together again after it', () => {
    const text = golden('text-turn');
    const { pairs, partings } = compared(text, without(text, /"type":"response.content_part.done"/));
    expect(partings).toHaveLength(1);
    const parting = pairs[partings[0] as number];
    expect([parting?.left?.type, parting?.right]).toEqual(['response.content_part.done', undefined]);
    const mirrored = compared(without(text, /"type":"response.content_part.done"/), text);
    expect(partingsOf(mirrored)).toEqual([[undefined, 'response.content_part.done']]);
    // Behind what came before it in the log that has it.
    expect(mirrored.partings).toEqual(partings);
  });

  it('part where an id stands for another than before', () => {
    const call = (id: string) => ({ type: 'function_call', id, call_id: 'call_1', name: 'f', arguments: '{}' });
    const log = (second: string) =>
      [
        { type: 'conversation.item.added', event_id: 'e', previous_item_id: null, item: call('item_1') },
        { type: 'conversation.item.added', event_id: 'e', previous_item_id: 'item_1', item: call('item_2') },
        { type: 'conversation.item.deleted', event_id: 'e', item_id: second },
      ]
        .map((event) => JSON.stringify(event))
        .join('\n');
    const { pairs, partings } = compared(log('item_2'), renamed(log('item_1')));
    expect(partings).toEqual([2]);
    expect(pairs[2]?.fields).toEqual([{ path: 'item_id', left: '"item_2"', right: '"item_other1"' }]);
  });

  it('count a stretch of audio once, whatever its pieces, and never show keys', () => {
    const append = { type: 'input_audio_buffer.append', audio: 'AAAA' };
    const session = (authorization: string) => ({
      ...{
        type: 'realtime',
        object: 'realtime.session',
        id: 's',
        expires_at: 1,
        model: 'm',
        output_modalities: ['text'],
      },
      tools: [{ type: 'mcp', server_label: 'a', server_url: 'https://a.test', authorization }],
    });
    const created = (authorization: string) => ({
      type: 'session.created',
      event_id: 'e',
      session: session(authorization),
    });
    const lines = (...events: object[]) => events.map((event) => JSON.stringify(event)).join('\n');
    const { pairs } = compared(lines(created('one secret'), append, append, append), lines(created('another'), append));
    expect(pairs.map(({ left }) => left?.type)).toEqual(['session.created', 'input_audio_buffer.append']);
    expect(JSON.stringify(pairs.map(({ fields }) => fields))).not.toMatch(/secret|another/);
  });

  it('have nothing in common when one is empty', () => {
    const { pairs, partings } = compared(golden('text-turn'), '');
    expect(partings).toHaveLength(pairs.length);
  });
});
