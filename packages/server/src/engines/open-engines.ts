// Opens engines from configured endpoints, models on disk, and the offline components for the rest: each with its
// speech input.

import { type CascadeConfig, cascadeComponents, type Environment } from '../speech/http/cascade-config.ts';
import { openFlite } from '../speech/offline/flite.ts';
import { offlineThinker } from '../speech/offline/offline-thinker.ts';
import { openPocketSphinx } from '../speech/offline/pocketsphinx.ts';
import { openSilero } from '../speech/offline/silero.ts';
import type { Availability } from '../speech/ports.ts';
import { openSherpaSpeaker, openSherpaTranscriber } from '../speech/sherpa/sherpa.ts';
import { findSherpaModels, type SherpaModel } from '../speech/sherpa/sherpa-models.ts';
import type { SpeechComponents } from '../speech/speech-input.ts';
import { cascade } from './cascade.ts';
import { offline } from './offline.ts';
import type { OfferedEngine } from './registry.ts';

export interface EngineBundleOptions {
  /** Endpoints that replace offline components. @default none */
  endpoints?: CascadeConfig | undefined;
  /** Environment with the endpoints' keys. @default {} */
  env?: Environment;
  /** A folder of sherpa-onnx models, for transcribing and speaking where no endpoint is configured. @default none */
  models?: string | undefined;
}

/** An engine, its speech components, and what is missing. */
export type EngineBundle = OfferedEngine & {
  readonly speech: SpeechComponents;
  /** For each component that is unavailable, one sentence on how to install it. */
  readonly missing: readonly string[];
};

/** Engines as `createServer` accepts them, and how to close them. */
export interface OpenEngines {
  /** By the names they were requested under. */
  readonly engines: Readonly<Record<string, EngineBundle>>;
  /** Stops all work of the components. Close the server first. */
  close(): Promise<void>;
}

/**
 * Opens engines. A component that several of them use is opened once. With `detector: false` none opens a detector.
 * Throws `invalid_configuration` if an endpoint's key is missing, or if a model folder holds no model or one that
 * cannot be loaded. Sends no request to an endpoint.
 */
export async function openEngines(
  requested: Readonly<Record<string, EngineBundleOptions>>,
  { detector: isDetected = true }: { readonly detector?: boolean } = {},
): Promise<OpenEngines> {
  const bundles = Object.entries(requested).map(([name, { endpoints = {}, env = {}, models }]) => ({
    name,
    isOffline: Object.keys(endpoints).length === 0 && models === undefined,
    own: cascadeComponents(endpoints, env),
    models: models === undefined ? {} : findSherpaModels(models),
  }));
  const open = new Set<{ close(): unknown }>();
  const opened = new Map<unknown, Promise<Availability<{ close(): unknown }>>>();

  /**
   * Returns the configured component, or opens the offline one once for all engines; adds to `missing` if that is
   * unavailable.
   */
  async function offlineComponent<T extends { close(): unknown }>(
    own: T | undefined,
    start: () => Promise<Availability<T>>,
    missing: string[],
  ): Promise<T | undefined> {
    const availability = own ? ({ ok: true, component: own } as const) : await (opened.get(start) ?? begin(start));
    if (!availability.ok) {
      missing.push(availability.missing);
      return undefined;
    }
    open.add(availability.component);
    return availability.component as T;
  }
  function begin<T extends { close(): unknown }>(start: () => Promise<Availability<T>>): Promise<Availability<T>> {
    const starting = start();
    opened.set(start, starting);
    return starting;
  }

  async function close(): Promise<void> {
    await Promise.all([...open].map((part) => part.close()));
  }

  /** Loads a component from a model on disk, unless an endpoint is configured for the same work. */
  async function modelComponent<T extends { close(): unknown }>(
    own: T | undefined,
    model: SherpaModel | undefined,
    load: (model: SherpaModel) => Promise<T>,
  ): Promise<T | undefined> {
    if (own || !model) return own;
    const part = await load(model);
    open.add(part);
    return part;
  }

  const opening = bundles.map(async ({ name, isOffline, own, models }): Promise<[string, EngineBundle]> => {
    const missing: string[] = [];
    const loading = [
      modelComponent(own.transcriber, models.transcribe, openSherpaTranscriber),
      modelComponent(own.speaker, models.speak, openSherpaSpeaker),
    ] as const;
    // Wait for both: a component that finishes loading after the other failed would never be closed.
    await Promise.allSettled(loading);
    const [transcriberModel, speakerModel] = await Promise.all(loading);
    const [detector, transcriber, speaker] = await Promise.all([
      isDetected ? offlineComponent(undefined, openSilero, missing) : undefined,
      offlineComponent(transcriberModel, openPocketSphinx, missing),
      offlineComponent(speakerModel, openFlite, missing),
    ]);
    const engine = isOffline
      ? offline({ speaker })
      : cascade({ name, thinker: own.thinker ?? offlineThinker(), speaker });
    return [name, { engine, speech: { detector, transcriber }, missing }];
  });
  // Wait for all, so that everything opened can be closed when one fails.
  const results = await Promise.allSettled(opening);
  const failure = results.find((each) => each.status === 'rejected');
  if (failure) {
    await close();
    throw failure.reason;
  }
  return { engines: Object.fromEntries(await Promise.all(opening)), close };
}

/** Opens one engine. Throws like `openEngines`. */
export async function openEngine(
  options: EngineBundleOptions = {},
): Promise<EngineBundle & Pick<OpenEngines, 'close'>> {
  const name = options.models === undefined ? (options.endpoints ? 'cascade' : 'offline') : 'sherpa';
  const { engines, close } = await openEngines({ [name]: options });
  return { ...(engines[name] as EngineBundle), close };
}
