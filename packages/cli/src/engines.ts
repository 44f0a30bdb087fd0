// Creates the engines of `colloquy serve` from names and settings.

import { ColloquyError } from '@colloquy/protocol';
import type { EngineBundleOptions, OfferedEngine, ScriptedEngine } from '@colloquy/server';
import type { EngineAbilities } from './banner.ts';
import { misused } from './command.ts';
import type { Settings } from './config.ts';
import { readEndpoints } from './endpoints.ts';
import { readTextFile } from './text-file.ts';

type ServerParts = Pick<
  typeof import('@colloquy/server'),
  'openEngines' | 'parrot' | 'readCascadeConfig' | 'readScenario' | 'scripted'
>;
type Environment = Readonly<Record<string, string | undefined>>;

const KINDS = ['offline', 'parrot', 'scripted', 'cascade', 'sherpa'] as const;
type EngineKind = (typeof KINDS)[number];

/** An engine to be made. */
interface EnginePlan {
  /** What sessions call it. */
  readonly name: string;
  readonly kind: EngineKind;
  readonly settings: Settings;
}

/** What answers and what hears. */
export interface Engines {
  /** The default first. */
  readonly offered: Readonly<Record<string, OfferedEngine>>;
  /** What hears for engines without ears of their own: those of the first that has any. */
  readonly speech: OfferedEngine['speech'];
  /** What each offered engine can do, in the same order. */
  readonly abilities: readonly EngineAbilities[];
  /** What the offered engines lack, one sentence each. */
  readonly missing: readonly string[];
  /** What went otherwise than scenarios have it, one text each. */
  unplayed(): string[];
  /** Ends all work of their parts. The server should be closed before. */
  close(): Promise<void>;
}

const isKind = (name: string): name is EngineKind => KINDS.some((kind) => kind === name);

/** Settings that only some kinds of engine have any use for. */
const ENDPOINTS = ['cascade', 'transcribe-url', 'think-url', 'speak-url'] as const;
const hasEndpoints = (settings: Settings) => ENDPOINTS.some((name) => settings[name] !== undefined);

/** Whether anything says which engines are wanted, or what they are made from. */
export const asksForEngines = (settings: Settings): boolean =>
  hasEndpoints(settings) ||
  (['engine', 'engines', 'scenario', 'pace', 'sherpa-models'] as const).some((name) => settings[name] !== undefined);

/** What settings without `engine` ask for. */
function impliedKind(settings: Settings): EngineKind {
  if (settings.scenario !== undefined) return 'scripted';
  if (settings['sherpa-models'] !== undefined) return 'sherpa';
  return hasEndpoints(settings) ? 'cascade' : 'offline';
}

/**
 * The engines that settings ask for, in their order. Throws `misused` for a name that is none, one that comes twice, and
 * settings that none of the engines has any use for.
 */
export function enginePlans(settings: Settings): EnginePlan[] {
  const { engines: described = {}, ...own } = settings;
  const names = settings.engine ?? Object.keys(described);
  if (names.length === 0) names.push(impliedKind(own));
  const plans = names.map((name, index): EnginePlan => {
    if (names.indexOf(name) !== index) throw misused(`--engine names '${name.slice(0, 64)}' twice`);
    if (Object.hasOwn(described, name)) return describedPlan(name, described[name] as Settings);
    if (isKind(name)) return { name, kind: name, settings: own };
    const known = [...new Set([...KINDS, ...Object.keys(described)])].join(', ');
    throw misused(`--engine must be one or more of ${known}`);
  });
  refuseUnused(
    own,
    plans.filter(({ settings }) => settings === own).map(({ kind }) => kind),
  );
  return plans;
}

/** An entry of `engines`: it stands for itself, whatever is set beside it. */
function describedPlan(name: string, settings: Settings): EnginePlan {
  const [kind = isKind(name) ? name : impliedKind(settings), ...others] = settings.engine ?? [];
  if (!isKind(kind) || others.length > 0) throw misused(`'engines.${name}.engine' must be one of ${KINDS.join(', ')}`);
  refuseUnused(settings, [kind]);
  return { name, kind, settings };
}

function refuseUnused(settings: Settings, kinds: readonly EngineKind[]): void {
  const needs = (what: string, ...users: EngineKind[]) => {
    if (!users.some((kind) => kinds.includes(kind)))
      throw misused(`${what} --engine ${users.join(' or ')}, not ${kinds.join(', ') || 'those of the file'}`);
  };
  if (settings.scenario !== undefined) needs('--scenario is for', 'scripted');
  if (settings.pace !== undefined) needs('--pace is for', 'parrot');
  if (settings['sherpa-models'] !== undefined) needs('--sherpa-models is for', 'sherpa');
  if (hasEndpoints(settings)) needs('STT, LLM and TTS endpoints are for', 'cascade', 'sherpa');
}

/**
 * Makes the engines, those that bring a detector with it or without. Throws `misused` for a scenario or endpoints that are missing, and what names file and field for those
 * that are none.
 */
export async function openEngines(
  plans: readonly EnginePlan[],
  env: Environment,
  server: ServerParts,
  detector = true,
): Promise<Engines> {
  const made = plans.map(({ name, kind, settings }) => {
    if (kind === 'parrot') return { name, engine: server.parrot({ pace: settings.pace ?? 0 }) };
    if (kind === 'scripted') return { name, engine: scriptedBy(settings, server) };
    return { name, voice: voiceOptions(kind, settings, env, server) };
  });
  const wanted = made.flatMap(({ name, voice }) => (voice ? [[name, voice] as const] : []));
  const { engines, close } = await server.openEngines(Object.fromEntries(wanted), { detector });
  const opened = new Map<string, OfferedEngine>(Object.entries(engines));
  const offered = made.map(({ name, engine }): [string, OfferedEngine] => [
    name,
    engine ? { engine } : (opened.get(name) as OfferedEngine),
  ]);
  const speech = offered.find(([, each]) => each.speech)?.[1].speech;
  return {
    offered: Object.fromEntries(offered),
    speech,
    abilities: made.map(({ name, voice }) => {
      const own = opened.get(name);
      return {
        name,
        canHear: (own?.speech ?? speech)?.transcriber !== undefined,
        // The parrot and scenarios speak with a tone.
        canSpeak: own === undefined || own.engine.components?.speak !== undefined,
        hasModel: voice?.endpoints?.think !== undefined,
      };
    }),
    missing: [...new Set(Object.values(engines).flatMap(({ missing = [] }) => missing))],
    unplayed: () => offered.flatMap(([, { engine }]) => ('assertComplete' in engine ? differences(engine) : [])),
    close,
  };
}

function voiceOptions(
  kind: 'offline' | 'cascade' | 'sherpa',
  settings: Settings,
  env: Environment,
  server: ServerParts,
): EngineBundleOptions {
  if (kind === 'offline') return {};
  const endpoints = readEndpoints(settings, env, server.readCascadeConfig);
  if (kind === 'sherpa') {
    const models = settings['sherpa-models'];
    if (models === undefined) throw misused('--engine sherpa requires --sherpa-models, the folder of its models');
    return { endpoints, env, models };
  }
  if (!endpoints) throw misused('--engine cascade requires endpoints: --think-url and --think-model, or --cascade');
  return { endpoints, env };
}

function scriptedBy({ scenario: file }: Settings, { readScenario, scripted }: ServerParts): ScriptedEngine {
  if (file === undefined) throw misused('--engine scripted requires --scenario');
  return scripted(readScenario(readTextFile(file), file));
}

/** How a scenario was played otherwise than it is written. */
function differences(engine: OfferedEngine['engine'] | ScriptedEngine): string[] {
  try {
    if ('assertComplete' in engine) engine.assertComplete();
    return [];
  } catch (error) {
    if (!ColloquyError.is(error)) throw error;
    return [(error as ColloquyError).message];
  }
}
