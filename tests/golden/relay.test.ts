// Whole relayed sessions, stored with what the relay made of each input: it must make the same of it today, byte for byte.
// `node scripts/record-goldens.mjs` writes them anew.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRelayState, type RelayConfig, relayDeadline } from '../../packages/server/src/relay/relay-state.ts';
import { stepRelay } from '../../packages/server/src/relay/relay-step.ts';
import { RELAY_SCRIPTS, type RelayScript } from './relay-sessions.ts';

const folder = new URL('./relay/', import.meta.url);
const fileOf = (name: string) => new URL(`${name}.jsonl`, folder);
const names = Object.keys(RELAY_SCRIPTS);

/** A header with the configuration, then each input with its effects and the next deadline (`null`: none). */
function linesOf({ config, inputs }: RelayScript): string[] {
  let state = createRelayState(config);
  const steps = inputs.map((input) => {
    const step = stepRelay(state, input);
    state = step.state;
    return { input, effects: step.effects, deadline: relayDeadline(state) };
  });
  return [{ config }, ...steps].map((line) => JSON.stringify(line));
}

const scriptOf = (name: string) => RELAY_SCRIPTS[name] as RelayScript;

if (process.env.COLLOQUY_RECORD_GOLDENS === '1') {
  for (const name of names) writeFileSync(fileOf(name), `${linesOf(scriptOf(name)).join('\n')}\n`);
}

const storedLines = (name: string) => readFileSync(fileOf(name), 'utf8').split('\n').slice(0, -1);

it('there is one recording for each script, and no other', () => {
  expect(readdirSync(folder).sort()).toEqual(names.map((name) => `${name}.jsonl`).sort());
});

describe.each(names)('%s', (name) => {
  it('[OR19] gives the stored effects for the stored inputs, byte for byte', () => {
    const [header, ...steps] = storedLines(name).map((line) => JSON.parse(line));
    const script = { config: (header as { config: RelayConfig }).config, inputs: steps.map(({ input }) => input) };
    expect(linesOf(script)).toEqual(storedLines(name));
  });

  it('is what its script gives', () => {
    expect(linesOf(scriptOf(name))).toEqual(storedLines(name));
  });
});
