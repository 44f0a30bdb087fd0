// Each golden recording as a scenario, played to its own client over a socket: the session is the same up to ids, times,
// usage and rate limits, or differs as the notes say.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '@colloquy/server/testing';
import {
  checkScenario,
  compareLanes,
  createFrameLanes,
  createLogReader,
  type LogScenario,
  loggedFrame,
  type RecordingEntry,
  scenarioOfLog,
} from '@colloquy/session';
import { FOREIGN } from '@support/logs.ts';
import { expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, 'recordings');
/**
 * A test server has no MCP servers: `tests/cli/convert-scenario.test.ts` has their scenarios. Its client is a WebSocket, over which
 * a call's audio does not go.
 */
const NAMES = readdirSync(FOLDER)
  .map((file) => file.replace('.jsonl', ''))
  .filter((name) => !name.startsWith('mcp') && name !== 'call');

const textOf = (name: string) => readFileSync(join(FOLDER, `${name}.jsonl`), 'utf8');

function entriesOf(text: string): RecordingEntry[] {
  const reader = createLogReader();
  const lines = text.split('\n').flatMap((line) => [...reader.read(line)]);
  return [...lines, ...reader.end()].map(({ entry }) => entry);
}

function scenarioIn(entries: readonly RecordingEntry[]): LogScenario {
  const maker = scenarioOfLog({ pauses: false });
  for (const entry of entries) maker.read(entry);
  return maker.end();
}

/** The differences between the log's server events and those of the scenario's session. */
async function playedAgain(entries: readonly RecordingEntry[], made: LogScenario) {
  const { scenario, client, spoken, kind } = made;
  await using server = await startServer({ scenario, spoken });
  const failure = await server.play(client, { kind }).then(
    () => undefined,
    (error: Error) => error.message,
  );
  const comparison = compareLanes();
  const recorded = entries.flatMap((entry) => loggedFrame(entry) ?? []).filter(({ from }) => from === 'server');
  const sides = { recorded: createFrameLanes(true), live: createFrameLanes(true) };
  const add = (side: 'recorded' | 'live', event: { type: string }, line: number | null) => {
    const placed = sides[side].place(event);
    if (placed) comparison.add(side, placed, line);
  };
  for (const { event, line } of recorded) add('recorded', event, line);
  for (const event of server.sent()) add('live', event, null);
  const { list } = comparison.differences();
  const differences = list.map(({ lane, only, label }) => `${lane} ${only} ${label}`);
  return { failure, differences, outline: server.outline() };
}

/** What the notes of a recording name: differences by recording. Each `session.updated` is the configuration it was opened with. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  drain: ['errors recorded error draining'],
  errors: [
    'errors recorded error invalid_value type',
    'errors recorded error unknown_parameter session.colour',
    'errors recorded error invalid_value item.content[0].type',
    'errors recorded error invalid_value audio',
    'errors recorded error invalid_json',
  ],
  'speech-turns': [
    'transcription 2 recorded conversation.item.input_audio_transcription.completed ""',
    'transcription 2 live conversation.item.input_audio_transcription.failed transcription_failed',
    'transcription 3 live conversation.item.input_audio_transcription.completed ""',
  ],
  'transcription-session': [
    'transcription 1 recorded conversation.item.input_audio_transcription.segment "Good day."',
    'transcription 2 recorded conversation.item.input_audio_transcription.failed audio_unintelligible',
    'transcription 2 live conversation.item.input_audio_transcription.failed transcription_failed',
  ],
};

it.each(NAMES)('[SN1, SN2] %s comes back as it was, or as the notes say', { timeout: 30_000 }, async (name) => {
  const entries = entriesOf(textOf(name));
  const made = scenarioIn(entries);
  expect(checkScenario(made.scenario)).toBeUndefined();
  const { failure, differences, outline } = await playedAgain(entries, made);
  expect(failure).toBeUndefined();
  expect(outline).toEqual(made.outline);
  const opening = made.notes.some(({ message }) => message.startsWith('what the session was opened with'));
  expect(differences).toEqual([...(opening ? ['session live session.updated'] : []), ...(NAMED[name] ?? [])]);
});

it.each(Object.keys(FOREIGN))(
  '[SN1, SN2] a log in the form of %s comes back as it was',
  { timeout: 30_000 },
  async (form) => {
    for (const name of ['tool-round', 'cancel-mid-response', 'audio-turn']) {
      const entries = entriesOf(FOREIGN[form]?.(name) ?? '');
      const made = scenarioIn(entries);
      const { failure, differences, outline } = await playedAgain(entries, made);
      expect([failure, outline]).toEqual([undefined, made.outline]);
      expect(
        differences.filter((each) => !each.endsWith('session.updated')),
        name,
      ).toEqual([]);
    }
  },
);
