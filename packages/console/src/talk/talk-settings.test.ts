import { decodeClientEvent } from '@colloquy/protocol';
import { describe, expect, it } from 'vitest';
import { createTalkSettings, readTools, restoreValues, sessionUpdateOf, valuesOf } from './talk-settings.ts';

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
  expect(untouched).toMatchObject({ ok: true, session: { audio: { input: { turn_detection: null } } } });
  expect(JSON.stringify(untouched)).not.toMatch(
    /voice|instructions|speed|noise_reduction|tool_choice|max_output_tokens/,
  );
  settings.voice.value = 'cedar';
  settings.instructions.value = '';
  settings.turnDetection.value = 'semantic_vad';
  settings.transcribe.value = false;
  settings.output.value = 'text';
  const update = sessionUpdateOf(settings);
  if (!update.ok) throw new Error(update.message);
  expect(update.session).toMatchObject({
    instructions: '',
    output_modalities: ['text'],
    audio: { input: { turn_detection: { type: 'semantic_vad' }, transcription: null }, output: { voice: 'cedar' } },
  });
  expect(decodeClientEvent({ type: 'session.update', session: update.session }, { profile: 'server' }).ok).toBe(true);
});

it('[CO57] what is tuned is sent with the names of the API, and comes back with Undo', () => {
  const settings = createTalkSettings();
  const before = valuesOf(settings);
  restoreValues(settings, {
    ...before,
    turnDetection: 'server_vad',
    threshold: 0.7,
    silenceMs: 300,
    prefixMs: 200,
    speed: 1.2,
    noiseReduction: 'near_field',
    language: 'fr',
    maxTokens: 'inf',
    toolChoice: 'none',
  });
  const update = sessionUpdateOf(settings);
  if (!update.ok) throw new Error(update.message);
  expect(update.session).toMatchObject({
    tool_choice: 'none',
    max_output_tokens: 'inf',
    audio: {
      input: {
        turn_detection: { type: 'server_vad', threshold: 0.7, silence_duration_ms: 300, prefix_padding_ms: 200 },
        transcription: { model: 'whisper-1', language: 'fr' },
        noise_reduction: { type: 'near_field' },
      },
      output: { speed: 1.2 },
    },
  });
  expect(decodeClientEvent({ type: 'session.update', session: update.session }, { profile: 'server' }).ok).toBe(true);
  restoreValues(settings, before);
  expect(valuesOf(settings)).toEqual(before);
});
