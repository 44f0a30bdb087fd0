// Voices put together: the endpoints that are configured, the models a user brings, and the offline parts for the rest. What
// answers, and what hears.

import { type CascadeConfig, cascadeParts, type Environment } from '../speech/http/cascade-config.ts';
import { openFlite } from '../speech/offline/flite.ts';
import { offlineThinker } from '../speech/offline/offline-thinker.ts';
import { openPocketSphinx } from '../speech/offline/pocketsphinx.ts';
import { openSilero } from '../speech/offline/silero.ts';
import type { Availability } from '../speech/ports.ts';
import { openSherpaSpeaker, openSherpaTranscriber } from '../speech/sherpa/sherpa.ts';
import { findSherpaModels, type SherpaModel } from '../speech/sherpa/sherpa-models.ts';
import type { SpeechParts } from '../speech/speech-input.ts';
import { cascade } from './cascade.ts';
import { offline } from './offline.ts';
import type { OfferedEngine } from './registry.ts';

export interface VoiceOptions {
  /** Endpoints that do what the offline parts would. @default none */
  endpoints?: CascadeConfig | undefined;
  /** Where their keys are. @default {} */
  env?: Environment;
  /** A folder of models for sherpa-onnx, which hear and speak where no endpoint does. @default none */
  models?: string | undefined;
}

/** An engine, what hears for it, and what it lacks. */
export type Voice = OfferedEngine & {
  readonly speech: SpeechParts;
  /** For each part that cannot be had, one sentence that says how to get it. */
  readonly missing: readonly string[];
};

/** Voices as `createServer` takes them, and how they end. */
export interface OpenVoices {
  /** Under the names they were asked for by. */
  readonly voices: Readonly<Record<string, Voice>>;
  /** Ends all work of the parts. The server should be closed before. */
  close(): Promise<void>;
}

/**
 * Opens the parts of some voices; what several of them use is opened once. `detector: false` opens none. Throws `invalid_configuration` when an endpoint's key
 * is not where it should be, and when a folder of models holds none or one that cannot be loaded; asks no endpoint anything.
 */
export async function openVoices(
  wanted: Readonly<Record<string, VoiceOptions>>,
  { detector: isDetected = true }: { readonly detector?: boolean } = {},
): Promise<OpenVoices> {
  const parts = Object.entries(wanted).map(([name, { endpoints = {}, env = {}, models }]) => ({
    name,
    isOffline: Object.keys(endpoints).length === 0 && models === undefined,
    own: cascadeParts(endpoints, env),
    models: models === undefined ? {} : findSherpaModels(models),
  }));
  const open = new Set<{ close(): unknown }>();
  const opened = new Map<unknown, Promise<Availability<{ close(): unknown }>>>();

  /** An offline part: opened with the first voice that has none of its own, or the sentence that it is missing. */
  async function offlinePart<T extends { close(): unknown }>(
    own: T | undefined,
    start: () => Promise<Availability<T>>,
    missing: string[],
  ): Promise<T | undefined> {
    const found = own ? ({ ok: true, part: own } as const) : await (opened.get(start) ?? begin(start));
    if (!found.ok) {
      missing.push(found.missing);
      return undefined;
    }
    open.add(found.part);
    return found.part as T;
  }
  function begin<T extends { close(): unknown }>(start: () => Promise<Availability<T>>): Promise<Availability<T>> {
    const starting = start();
    opened.set(start, starting);
    return starting;
  }

  async function close(): Promise<void> {
    await Promise.all([...open].map((part) => part.close()));
  }

  /** A part of a model that is brought; an endpoint for the same wins. */
  async function broughtPart<T extends { close(): unknown }>(
    own: T | undefined,
    model: SherpaModel | undefined,
    load: (model: SherpaModel) => Promise<T>,
  ): Promise<T | undefined> {
    if (own || !model) return own;
    const part = await load(model);
    open.add(part);
    return part;
  }

  const opening = parts.map(async ({ name, isOffline, own, models }): Promise<[string, Voice]> => {
    const missing: string[] = [];
    const brought = [
      broughtPart(own.transcriber, models.hear, openSherpaTranscriber),
      broughtPart(own.speaker, models.speak, openSherpaSpeaker),
    ] as const;
    // Neither may still be loading when the other is refused: nobody would close it.
    await Promise.allSettled(brought);
    const [heard, spoken] = await Promise.all(brought);
    const [detector, transcriber, speaker] = await Promise.all([
      isDetected ? offlinePart(undefined, openSilero, missing) : undefined,
      offlinePart(heard, openPocketSphinx, missing),
      offlinePart(spoken, openFlite, missing),
    ]);
    const engine = isOffline
      ? offline({ speaker })
      : cascade({ name, thinker: own.thinker ?? offlineThinker(), speaker });
    return [name, { engine, speech: { detector, transcriber }, missing }];
  });
  // All of them, so that what was opened can be closed when one cannot be.
  const settled = await Promise.allSettled(opening);
  const refused = settled.find((each) => each.status === 'rejected');
  if (refused) {
    await close();
    throw refused.reason;
  }
  return { voices: Object.fromEntries(await Promise.all(opening)), close };
}

/** Opens one voice. Throws as `openVoices` does. */
export async function openVoice(options: VoiceOptions = {}): Promise<Voice & Pick<OpenVoices, 'close'>> {
  const name = options.models === undefined ? (options.endpoints ? 'cascade' : 'offline') : 'sherpa';
  const { voices, close } = await openVoices({ [name]: options });
  return { ...(voices[name] as Voice), close };
}
