// The engines of a server, by the names sessions choose them by: the model a session is opened with [AU30]. What an engine is
// stands in `engine.ts`; the operator's list of models is `session-request.ts`.

import { ColloquyError } from '@colloquy/protocol';
import type { EngineStatus } from '@colloquy/session';
import type { Detector } from '../speech/ports.ts';
import type { SpeechParts } from '../speech/speech-input.ts';
import type { Engine } from './engine.ts';

/** An engine that sessions may choose. */
export interface OfferedEngine {
  readonly engine: Engine;
  /** What hears for its sessions. @default the server's `speech`; where it has no detector, the server's own */
  readonly speech?: SpeechParts | undefined;
  /** What it lacks, one sentence each that says how to get it; the rest of it works meanwhile. */
  readonly missing?: readonly string[];
}

/** An engine under the name it is offered by. */
export interface NamedEngine {
  readonly name: string;
  readonly engine: Engine;
  readonly speech: SpeechParts;
  readonly missing: readonly string[];
}

/** The detector of the server, for engines that bring none; or why no engine has one. */
export type ServerDetector = { readonly detector: Detector } | { readonly missing: string } | 'off';

export interface EngineRegistry {
  /** In the order they were offered, the default first. */
  readonly all: readonly NamedEngine[];
  /** The engine a model names, else the default. */
  of(model: string): NamedEngine;
  /** What hears where no model is named: in a transcription session. The default, else the first that has a recogniser. */
  readonly listening: NamedEngine;
  /** Whether some engine brings no detector of its own. */
  readonly lacksDetector: boolean;
  /** Gives every engine without a detector this one; `off` takes away those that engines bring. Before any session begins. */
  provideDetector(provided: ServerDetector): void;
  /** What can be said of each to anybody who may look: names of parts, no settings, addresses or keys. */
  status(): EngineStatus[];
}

/** What a name may be: it stands in addresses and on pages. */
const NAME = /^[A-Za-z][\w.:/+-]{0,63}$/;
const UNNAMED = 'default';

/** A single engine, under its own name where a session could give that. */
export const only = (engine: Engine): Readonly<Record<string, OfferedEngine>> => ({
  [NAME.test(engine.name) ? engine.name : UNNAMED]: { engine },
});

/** Throws `invalid_configuration` when nothing is offered, or under a name that no session could give. */
export function engineRegistry(
  offered: Readonly<Record<string, OfferedEngine>>,
  speech: SpeechParts | undefined,
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
  const isListening = ({ speech: { transcriber } }: NamedEngine) => transcriber !== undefined;
  return {
    get all() {
      return all;
    },
    of: (model) => all.find(({ name }) => name === model) ?? first(),
    get listening() {
      return all.find(isListening) ?? first();
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
    think: engine.parts?.think ?? null,
    speak: engine.parts?.speak ?? null,
  };
  return { name, is_default, parts, voices: engine.voices ?? null, missing };
}
