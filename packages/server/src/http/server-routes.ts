// Registers all REST routes of a server. Authorization and errors: `http-app.ts`.

import type { FastifyInstance } from 'fastify';
import { speakingOf } from '../engines/engine.ts';
import { levelOfPolicy } from '../gateway/watch-upgrade.ts';
import { answeringOf, type ServerParts } from '../server-parts.ts';
import { detectionOf } from '../speech/speech-input.ts';
import { callRoutes } from './routes/calls.ts';
import { clientSecretRoutes } from './routes/client-secrets.ts';
import { forkRoutes } from './routes/forks.ts';
import { healthRoutes } from './routes/health.ts';
import { legacySessionRoutes } from './routes/legacy-sessions.ts';
import type { MintingOptions } from './routes/minting.ts';
import { modelRoutes } from './routes/models.ts';
import { openedFileRoutes } from './routes/opened-files.ts';
import { plainPageRoutes } from './routes/plain-page.ts';
import { recordingRoutes } from './routes/recordings.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { type FixedStatus, statusRoutes } from './routes/status.ts';
import { watchTokenRoutes } from './routes/watch-tokens.ts';

const PREFIXES = ['/v1', '/openai/v1'];

/** Without a console, `/` serves a plain page. */
export function serverRoutes(to: FastifyInstance, parts: ServerParts, hasConsole: boolean): void {
  const { options, services, access, rules, sessions } = parts;
  const { limits, log, clock, wallClock } = services;
  const { registry, forks, store, recorder, index, liveSummaryOf, isWriting } = sessions;
  const needsKey = (options.keys ?? []).length > 0;
  healthRoutes(to, registry);
  if (!hasConsole) plainPageRoutes(to, { registry, engine: answeringOf(parts), needsKey });
  statusRoutes(to, { fixed: statusOf(parts, needsKey), clock });
  const showsContent = levelOfPolicy(options.watch ?? 'words') !== null;
  sessionRoutes(to, registry, { isWriting, showsContent });
  watchTokenRoutes(to, access.tokens, wallClock);
  const recordings = store && recorder && index && { store, recorder, index, liveSummaryOf, showsContent, limits, log };
  if (options.openFiles) openedFileRoutes(to, options.openFiles, limits);
  else recordingRoutes(to, recordings);
  const minting = mintingOf(parts);
  const level = levelOfPolicy(options.watch ?? 'words');
  forkRoutes(to, {
    ...{ minting, forks, registry, store, isRelay: options.upstream !== undefined },
    shows: { content: level !== null, media: level === 'key' },
  });
  for (const prefix of PREFIXES) {
    modelRoutes(to, prefix, rules, wallClock());
    clientSecretRoutes(to, prefix, minting);
    legacySessionRoutes(to, prefix, minting);
    callRoutes(to, prefix, { calls: sessions.calls, minting, beta: options.beta ?? 'refuse' });
  }
}

function statusOf({ options, engines, rules, sessions }: ServerParts, needsKey: boolean): FixedStatus {
  const { upstream, recordings, watch = 'words' } = options;
  return {
    needs_key: needsKey,
    relay: upstream !== undefined,
    webrtc: sessions.calls !== undefined,
    engines: upstream ? [] : engines.status(),
    default_model: rules.defaultModel,
    models: rules.shownModels,
    any_model: rules.models === undefined,
    recordings: { enabled: recordings !== undefined, audio: recordings?.audio ?? false },
    watch: { level: levelOfPolicy(watch) },
  };
}

function mintingOf({ options, services, access, engines, rules }: ServerParts): MintingOptions {
  const { upstream, sessionDefaults: defaults = {} } = options;
  return {
    ...{ secrets: access.secrets, rules, now: services.wallClock },
    // The defaults of an upstream are unknown.
    startOptions(model, kind) {
      if (upstream) return {};
      const { engine, speech } = kind === 'transcription' ? engines.forTranscription : engines.forModel(model);
      return { defaults, ...speakingOf(engine), ...detectionOf(speech) };
    },
  };
}
