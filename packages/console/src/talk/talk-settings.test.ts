import { decodeClientEvent } from '@colloquy/protocol';
import { describe, expect, it } from 'vitest';
import { createTalkSettings, readTools, sessionUpdateOf } from './talk-settings.ts';

describe('tools as JSON', () => {
  it.each([
    ['', []],
    ['[]', []],
    ['{"type":"function","name":"f"}', [{ type: 'function', name: 'f' }]],
    ['[{"type":"mcp","server_label":"books"}]', [{ type: 'mcp', server_label: 'books' }]],
  ])('%j is read', (text, tools) => {
    expect(readTools(text)).toEqual({ ok: true, tools });
  });

  it.each([
    ['[{"type": "function"', /'\{' is not closed/],
    ['[{"name": "f}]', /string is not closed/],
    ['[\n{"a": 1]\n]', /'\]' closes nothing in line 2/],
    ['[1,]', /Invalid JSON/],
    ['[{"type":"function","name":"f","name":"g"}]', /Duplicate key/],
    ['[{"type":"function"}]', /tools\[0\]\.name/],
    ['[{"type":"function","name":5}]', /tools\[0\]\.name.*string/],
    ['[{"type":"other"}]', /tools\[0\]\.type/],
    ['"f"', /tools\[0\]/],
  ])('%j is refused with a message that names the place', (text, message) => {
    expect(readTools(text)).toMatchObject({ ok: false, message: expect.stringMatching(message) });
  });
});

it('the settings become an update that a server takes, and say nothing that was not chosen', () => {
  const settings = createTalkSettings();
  const untouched = sessionUpdateOf(settings);
  expect(untouched).toMatchObject({ ok: true, event: { session: { audio: { input: { turn_detection: null } } } } });
  expect(JSON.stringify(untouched)).not.toMatch(/voice|instructions/);
  settings.voice.value = 'cedar';
  settings.instructions.value = '';
  settings.turnDetection.value = 'semantic_vad';
  settings.transcribe.value = false;
  settings.output.value = 'text';
  const update = sessionUpdateOf(settings);
  if (!update.ok) throw new Error(update.message);
  expect(update.event).toMatchObject({
    session: {
      instructions: '',
      output_modalities: ['text'],
      audio: { input: { turn_detection: { type: 'semantic_vad' }, transcription: null }, output: { voice: 'cedar' } },
    },
  });
  expect(decodeClientEvent(update.event, { profile: 'server' }).ok).toBe(true);
});
