// The 33 server frames that end an official client, or make it lose data: the mirror survives each and loses nothing. They are
// measured against @openai/agents-realtime, one by one; `outcome` says what became of it.

import { readFileSync } from 'node:fs';
import { createMirror, type Mirror } from '@colloquy/session';
import { describe, expect, it } from 'vitest';

interface Case {
  id: string;
  rule: string;
  outcome: string;
  frames: Frame[];
  emit_instead: Frame[] | null;
}
type Frame = { type: string; item?: { id?: string; content?: object[] }; item_id?: string };

const fixture = new URL('../data/fixtures/server-frames.json', import.meta.url);
const { cases }: { cases: Case[] } = JSON.parse(readFileSync(fixture, 'utf8'));

function seen(frames: readonly Frame[]): Mirror {
  const mirror = createMirror({ audio: 'keep' });
  mirror.apply({ type: 'session.created', event_id: 'event_0', session: { type: 'realtime' } });
  for (const frame of frames) mirror.apply(frame);
  return mirror;
}

it('there are 33', () => expect(cases).toHaveLength(33));

describe.each(cases)('$id ($rule; there: $outcome)', ({ frames }) => {
  it('[MI1, MI8] loses no item, no part, and goes on', () => {
    const mirror = seen(frames);
    const before = frames.flatMap(({ item }) => item ?? []);
    for (const item of before) {
      const stored = mirror.items().filter(({ id }) => id === item.id);
      expect(stored).toHaveLength(1);
      if (item.content) expect(stored[0]).toMatchObject({ content: item.content.map(() => expect.anything()) });
    }
    mirror.apply({
      type: 'conversation.item.added',
      previous_item_id: mirror.items().at(-1)?.id ?? null,
      item: { id: 'after', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'still here' }] },
    });
    expect(mirror.item('after')).toBeDefined();
    expect(mirror.items()).toHaveLength(new Set(frames.flatMap(placed)).size + 1);
  });
});

it.each(cases.filter(({ emit_instead }) => emit_instead !== null))(
  '$id: what is sent instead is taken without a word',
  ({ emit_instead }) => {
    const codes = new Set(
      seen(emit_instead ?? [])
        .issues()
        .map(({ code }) => code),
    );
    // Sent alone, these events speak of responses and items that were not introduced.
    codes.delete('not_introduced');
    expect([...codes]).toEqual([]);
  },
);

/** The items a frame puts into the conversation: its own, or the one its response is making. */
const placed = ({ type, item, item_id }: Frame) => (item ? [item.id] : type.startsWith('response.') ? [item_id] : []);

describe('what those frames say is there', () => {
  const mirror = (id: string) => seen(cases.find((each) => each.id === id)?.frames ?? []);

  it('[MI8] images, unknown parts, foreign calls', () => {
    expect(mirror('user-image').item('u1')).toMatchObject({ content: [{}, { image_url: expect.anything() }] });
    expect(mirror('unknown-part').item('a1')).toMatchObject({ content: [{ text: 'hi' }, { type: 'output_video' }] });
    expect(mirror('foreign-function-items').items()).toMatchObject([{ id: 'f1' }, { id: 'f2', output: 'ok' }]);
  });

  it('[MI7] the transcription of the second part alone', () => {
    expect(mirror('two-audio-parts').item('u1')).toMatchObject({
      content: [{ transcript: null }, { transcript: 'second only' }],
    });
  });

  it('[MI6] no words that were not heard', () => {
    expect(JSON.stringify(mirror('truncated-then-retrieved-null').items())).not.toContain('three');
  });

  it('[MI5] words of an item that is yet to come', () => {
    for (const id of ['transcription-usage-null', 'transcription-usage-without-details']) {
      expect(mirror(id).parts('u1')).toMatchObject([{ transcription: { text: 'words' } }]);
    }
    expect(mirror('transcription-failed-param-null').parts('u1')).toMatchObject([
      { transcription: { status: 'failed' } },
    ]);
  });

  it('[MI1] audio that is no base64, as it came', () => {
    expect(mirror('bad-base64-delta').audio('a1')).toEqual(['@@@@']);
  });
});
