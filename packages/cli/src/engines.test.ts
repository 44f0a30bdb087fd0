// Which engines the settings select, and with which options.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfigFile, readSettings } from './config.ts';
import { asksForEngines, enginePlans } from './engines.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'colloquy-engines-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(settings: object): string {
  const file = join(folder, 'colloquy.json');
  writeFileSync(file, JSON.stringify(settings));
  return file;
}
const plans = (flags: Record<string, unknown>, file?: object) =>
  enginePlans(readSettings(flags, {}, file && fileOf(file))).map(({ name, kind }) => `${name}: ${kind}`);

const ENDPOINT = { 'think-url': 'http://127.0.0.1:1/v1', 'think-model': 'm' };
const ENGINES = { small: ENDPOINT, bird: { engine: 'parrot', pace: 5 }, play: { scenario: 's.yaml' }, offline: {} };

describe('the engines asked for', () => {
  it.each([
    [{}, ['offline: offline']],
    [ENDPOINT, ['cascade: cascade']],
    [{ scenario: 's.yaml' }, ['scripted: scripted']],
    [{ engine: 'parrot' }, ['parrot: parrot']],
    [{ 'sherpa-models': 'm' }, ['sherpa: sherpa']],
    [{ ...ENDPOINT, 'sherpa-models': 'm' }, ['sherpa: sherpa']],
    [{ engine: 'offline, parrot' }, ['offline: offline', 'parrot: parrot']],
    [{ ...ENDPOINT, engine: 'parrot,cascade' }, ['parrot: parrot', 'cascade: cascade']],
  ])('by %j', (flags, expected) => {
    expect(plans(flags)).toEqual(expected);
  });

  it('by a file that describes several: all of them in their order, or those that are named, with others', () => {
    const all = ['small: cascade', 'bird: parrot', 'play: scripted', 'offline: offline'];
    expect(plans({}, { engines: ENGINES })).toEqual(all);
    expect(plans({}, { engines: ENGINES, engine: ['bird', 'parrot'] })).toEqual(['bird: parrot', 'parrot: parrot']);
    expect(plans({ engine: 'play' }, { engines: ENGINES, engine: 'bird' })).toEqual(['play: scripted']);
  });

  it('each made from its own settings', () => {
    const [small, bird] = enginePlans(readSettings({}, {}, fileOf({ engines: ENGINES })));
    expect(small?.settings).toEqual(ENDPOINT);
    expect(bird?.settings).toEqual({ engine: ['parrot'], pace: 5 });
  });

  it.each([
    [{ engine: 'gpt' }, {}, '--engine must be one or more of offline, parrot, scripted, cascade, sherpa'],
    [{ engine: 'gpt' }, { engines: ENGINES }, 'scripted, cascade, sherpa, small, bird, play'],
    [{ engine: 'parrot,parrot' }, {}, "--engine names 'parrot' twice"],
    [{ engine: 'parrot', scenario: 's' }, {}, '--scenario is for --engine scripted, not parrot'],
    [{ engine: 'parrot', 'sherpa-models': 'm' }, {}, '--sherpa-models is for --engine sherpa, not parrot'],
    [{ pace: '1' }, {}, '--pace is for --engine parrot, not offline'],
    [{ ...ENDPOINT, engine: 'offline' }, {}, 'are for --engine cascade or sherpa, not offline'],
    [{ ...ENDPOINT }, { engines: ENGINES }, 'are for --engine cascade or sherpa, not those of the file'],
    [{}, { engines: { a: { engine: 'b' } } }, "'engines.a.engine' must be one of offline"],
    [{}, { engines: { a: { engine: 'parrot,offline' } } }, "'engines.a.engine' must be one of offline"],
    [{}, { engines: { a: { engine: 'offline', pace: 1 } } }, '--pace is for --engine parrot, not offline'],
  ])('are refused: %j beside %j', (flags, file, message) => {
    expect(() => plans(flags, file)).toThrow(message);
  });

  it.each([
    [{ engines: [] }, "'engines' must be an object"],
    [{ engines: {} }, "'engines' must be an object"],
    [{ engines: { a: 'parrot' } }, "'engines.a' must be an object of settings"],
    [{ engines: { a: { port: 1 } } }, "'engines.a.port' is not a setting; known keys: engine, scenario"],
    [{ engines: { a: { pace: 'x' } } }, "'engines.a.pace' must be a whole number"],
    [{ engines: { a: { think_key: 'sk-CANARY' } } }, "name the key's environment variable in 'think-key-env'"],
    [{ engine: [] }, "'engine' must be names of engines"],
  ])('are refused in a file: %j', (file, message) => {
    const path = fileOf(file);
    expect(() => readConfigFile(path)).toThrow(message);
    expect(() => readConfigFile(path)).toThrow(/^(?![\s\S]*CANARY)/);
  });

  it('are missed where nothing asks for any', () => {
    expect(asksForEngines({ port: 1, models: ['m'] })).toBe(false);
    expect(asksForEngines({ pace: 1 })).toBe(true);
    expect(asksForEngines({ engines: {} })).toBe(true);
  });
});
