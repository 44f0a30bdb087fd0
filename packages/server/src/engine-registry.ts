// The engines of a server, by the names sessions choose them by: the model a session is opened with [AU30]. What an engine is
// stands in `engine.ts`; the operator's list of models is `opening.ts`.

import { ColloquyError } from '@colloquy/protocol';
import type { EngineStatus } from '@colloquy/session';
import type { Engine } from './engine.ts';
import type { SpeechParts } from './speech/listener.ts';

/** An engine that sessions may choose. */
export interface OfferedEngine {
  readonly engine: Engine;
  /** What hears for its sessions. @default the server's `speech` */
  readonly speech?: SpeechParts | undefined;
  /** What it lacks, one sentence each that says how to get it; the rest of it works meanwhile. */
  readonly missing?: readonly string[];
}

/** An engine under the name it is offered by. */
export interface NamedEngine {
  readonly name: string;
  readonly engine: Engine;
  readonly speech: SpeechParts | undefined;
  readonly missing: readonly string[];
}

export interface EngineRegistry {
  /** In the order they were offered, the default first. */
  readonly all: readonly NamedEngine[];
  /** The engine a model names, else the default. */
  of(model: string): NamedEngine;
  /** What hears where no model is named: in a transcription session. The default, else the first that has a recogniser. */
  readonly listening: NamedEngine;
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
  const all = Object.entries(offered).map(([name, { engine, speech: own, missing = [] }]): NamedEngine => {
    if (!NAME.test(name)) {
      const reason = `engines: '${name.slice(0, 64)}' is no name a model could have: a letter, then letters, digits and . _ : / + -`;
      throw new ColloquyError('invalid_configuration', reason);
    }
    return { name, engine, speech: own ?? speech, missing };
  });
  const [first] = all;
  if (!first) throw new ColloquyError('invalid_configuration', 'engines: there must be at least one');
  const byName = new Map(all.map((each) => [each.name, each]));
  const hears = (each: NamedEngine) => each.speech?.transcriber !== undefined;
  return {
    all,
    of: (model) => byName.get(model) ?? first,
    listening: all.find(hears) ?? first,
    status: () => all.map((each) => statusOf(each, each === first)),
  };
}

function statusOf({ name, engine, speech, missing }: NamedEngine, is_default: boolean): EngineStatus {
  const parts = {
    detect: speech?.detector?.name ?? null,
    transcribe: speech?.transcriber?.name ?? null,
    think: engine.parts?.think ?? null,
    speak: engine.parts?.speak ?? null,
  };
  return { name, is_default, parts, voices: engine.voices ?? null, missing };
}
