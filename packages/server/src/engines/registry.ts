// The engines of a server, by name: the model of a session selects one [AU30]. Engine interface: `engine.ts`; the
// operator's list of models: `session-request.ts`.

import { ColloquyError } from '@colloquy/protocol';
import type { EngineStatus } from '@colloquy/session';
import type { Detector } from '../speech/ports.ts';
import type { SpeechComponents } from '../speech/speech-input.ts';
import type { Engine } from './engine.ts';

/** An engine that sessions may select. */
export interface OfferedEngine {
  readonly engine: Engine;
  /** Speech components of its sessions. @default the server's `speech`, with the server's detector if that has none */
  readonly speech?: SpeechComponents | undefined;
  /** For each missing component, one sentence on how to install it. The rest of the engine works. */
  readonly missing?: readonly string[];
}

/** A registered engine with its name. */
export interface NamedEngine {
  readonly name: string;
  readonly engine: Engine;
  readonly speech: SpeechComponents;
  readonly missing: readonly string[];
}

/** The server's detector for engines that have none, or why there is none. */
export type ServerDetector = { readonly detector: Detector } | { readonly missing: string } | 'off';

export interface EngineRegistry {
  /** In registration order; the first is the default. */
  readonly all: readonly NamedEngine[];
  /** The engine with this name, else the default. */
  forModel(model: string): NamedEngine;
  /**
   * The engine of sessions without a model, that is transcription sessions: the default, or else the first with a
   * transcriber.
   */
  readonly forTranscription: NamedEngine;
  /** True if an engine has no detector of its own. */
  readonly lacksDetector: boolean;
  /**
   * Adds this detector to every engine without one; `off` removes the engines' own. Call it before the first session.
   */
  provideDetector(provided: ServerDetector): void;
  /** Public status of each engine: component names, without settings, addresses or keys. */
  status(): EngineStatus[];
}

/** Allowed names: they appear in URLs and on pages. */
const NAME = /^[A-Za-z][\w.:/+-]{0,63}$/;
const DEFAULT_NAME = 'default';

/** Registers one engine under its own name if that is allowed, else as `default`. */
export const singleEngine = (engine: Engine): Readonly<Record<string, OfferedEngine>> => ({
  [NAME.test(engine.name) ? engine.name : DEFAULT_NAME]: { engine },
});

/** Throws `invalid_configuration` if there is no engine, or a name is not allowed. */
export function engineRegistry(
  offered: Readonly<Record<string, OfferedEngine>>,
  speech: SpeechComponents | undefined,
): EngineRegistry {
  let all = Object.entries(offered).map(([name, { engine, speech: own, missing = [] }]): NamedEngine => {
    if (!NAME.test(name)) {
      const reason = `engines: '${name.slice(0, 64)}' is no name a model could have: a letter, then letters, digits and . _ : / + -`;
      throw new ColloquyError('invalid_configuration', reason);
    }
    return { name, engine, speech: own ?? speech ?? {}, missing };
  });
  if (all.length === 0) throw new ColloquyError('invalid_configuration', 'engines: there must be at least one');
  const first = () => all[0] as NamedEngine;
  const canTranscribe = ({ speech: { transcriber } }: NamedEngine) => transcriber !== undefined;
  return {
    get all() {
      return all;
    },
    forModel: (model) => all.find(({ name }) => name === model) ?? first(),
    get forTranscription() {
      return all.find(canTranscribe) ?? first();
    },
    lacksDetector: all.some(({ speech: { detector } }) => !detector),
    provideDetector(provided) {
      all = all.map((each) => withDetector(each, provided));
    },
    status: () => all.map((each) => statusOf(each, each === first())),
  };
}

function withDetector(each: NamedEngine, provided: ServerDetector): NamedEngine {
  const { speech, missing } = each;
  if (provided === 'off') return { ...each, speech: { transcriber: speech.transcriber } };
  if (speech.detector) return each;
  if ('detector' in provided) return { ...each, speech: { ...speech, detector: provided.detector } };
  return { ...each, missing: missing.includes(provided.missing) ? missing : [...missing, provided.missing] };
}

function statusOf({ name, engine, speech, missing }: NamedEngine, is_default: boolean): EngineStatus {
  const parts = {
    detect: speech.detector?.name ?? null,
    transcribe: speech.transcriber?.name ?? null,
    think: engine.components?.think ?? null,
    speak: engine.components?.speak ?? null,
  };
  return { name, is_default, parts, voices: engine.voices ?? null, missing };
}
