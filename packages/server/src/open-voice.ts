// A voice put together: the endpoints that are configured, and the offline parts for the rest. What answers, and what hears.

import type { Engine } from './engine.ts';
import { cascade } from './engines/cascade.ts';
import { offline } from './engines/offline.ts';
import { type CascadeConfig, cascadeParts, type Environment } from './speech/cascade-config.ts';
import { openFlite } from './speech/flite.ts';
import type { SpeechParts } from './speech/listener.ts';
import { offlineThinker } from './speech/offline-thinker.ts';
import { openPocketSphinx } from './speech/pocketsphinx.ts';
import type { Availability } from './speech/ports.ts';
import { openSilero } from './speech/silero.ts';

export interface VoiceOptions {
  /** Endpoints that do what the offline parts would. @default none */
  endpoints?: CascadeConfig | undefined;
  /** Where their keys are. @default {} */
  env?: Environment;
}

/** What `createServer` takes, what it lacks, and how it ends. */
export interface Voice {
  readonly engine: Engine;
  readonly speech: SpeechParts;
  /** For each offline part that cannot be had, one sentence that says how to get it. */
  readonly missing: readonly string[];
  /** Ends all work of the parts. The server should be closed before. */
  close(): Promise<void>;
}

/** Opens the parts. Throws `invalid_configuration` when an endpoint's key is not where it should be; asks no endpoint anything. */
export async function openVoice({ endpoints = {}, env = {} }: VoiceOptions = {}): Promise<Voice> {
  const parts = cascadeParts(endpoints, env);
  const missing: string[] = [];
  const take = <T>(opened: Availability<T>): T | undefined => {
    if (opened.ok) return opened.part;
    missing.push(opened.missing);
    return undefined;
  };
  const [detector, transcriber, speaker] = await Promise.all([
    openSilero().then(take),
    parts.transcriber ?? openPocketSphinx().then(take),
    parts.speaker ?? openFlite().then(take),
  ]);
  const isOffline = Object.keys(parts).length === 0;
  return {
    engine: isOffline
      ? offline({ speaker })
      : cascade({ name: 'cascade', thinker: parts.thinker ?? offlineThinker(), speaker }),
    speech: { detector, transcriber },
    missing,
    async close() {
      detector?.close();
      await Promise.all([transcriber?.close(), speaker?.close()]);
    },
  };
}
