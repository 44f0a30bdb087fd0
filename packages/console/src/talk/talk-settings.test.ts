import { decodeClientEvent } from '@colloquy/protocol';
import { expect, it } from 'vitest';
import { createTalkSettings, restoreValues, sessionUpdateOf, valuesOf } from './talk-settings.ts';

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

it('[CO70] the credential of an MCP server is sent with its tool, and stands in no JSON', () => {
  const settings = createTalkSettings();
  settings.tools.value = '[{"type":"mcp","server_label":"books"},{"type":"function","name":"books"}]';
  settings.authorizations.value = { books: 'secret', other: 'unused', '': 'nobody' };
  const update = sessionUpdateOf(settings);
  if (!update.ok) throw new Error(update.message);
  expect(update.session.tools).toEqual([
    { type: 'mcp', server_label: 'books', authorization: 'secret' },
    { type: 'function', name: 'books' },
  ]);
  expect(settings.tools.value).not.toContain('secret');
});
