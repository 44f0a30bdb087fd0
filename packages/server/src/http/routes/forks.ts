// `POST /api/recordings/<name>/fork` and `/api/sessions/<id>/fork`: prepares a session that goes on from a recorded or live one.
// Shapes: `console-api.ts` of @colloquy/session.

import type { Issue, SessionUpdateConfig } from '@colloquy/protocol';
import {
  createSession,
  type ForkTicket,
  type HistoryItem,
  type RestoreFailure,
  type SessionOptions,
  type SessionState,
  sessionObject,
  settingsOf,
  step,
} from '@colloquy/session';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessRule } from '../../auth/authorize.ts';
import { restoreRecording } from '../../recordings/restore-recording.ts';
import type { Store } from '../../recordings/store.ts';
import { FORK_SECONDS, type Forks } from '../../sessions/forks.ts';
import { randomSeed } from '../../sessions/random-seed.ts';
import type { SessionRegistry } from '../../sessions/session-registry.ts';
import { replyRefusal } from '../http-app.ts';
import { type Refusal, refusal, refusalOf } from '../refusals.ts';
import { decodeConfig, type MintingOptions, readObject, refuse, refuseModel, TOO_MANY } from './minting.ts';

export interface ForkRouteOptions {
  readonly minting: MintingOptions;
  readonly forks: Forks;
  readonly registry: SessionRegistry;
  /** Absent if the server does not record. */
  readonly store: Store | undefined;
  /** What may be seen of live sessions. */
  readonly shows: { readonly content: boolean; readonly media: boolean };
  /** Whether sessions are relayed: their state is then not here. */
  readonly isRelay: boolean;
}

/** Where the new session begins. */
interface ForkPoint {
  readonly state: SessionState;
  readonly history: readonly HistoryItem[];
}

interface ForkBody {
  readonly at: number | undefined;
  readonly session: Record<string, unknown>;
}

type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issue: Issue };

/** Recordings that are replayed at the same time. */
const MAX_REPLAYS = 2;
const MANAGE: AccessRule = { scope: 'manage', isConsoleApi: true };

/** Adds the routes. */
export function forkRoutes(app: FastifyInstance, options: ForkRouteOptions): void {
  const { store, registry, isRelay } = options;
  let replays = 0;

  app.post<{ Params: { name: string } }>(
    '/api/recordings/:name/fork',
    { config: { access: MANAGE } },
    async (request, reply) => {
      const body = readForkBody(request.body, ['at', 'session']);
      if (!body.ok) return replyRefusal(reply, refusalOf(body.issue));
      const { at } = body.value;
      if (at === undefined) return replyRefusal(reply, NO_LINE);
      if (isRelay) return replyRefusal(reply, RELAYED);
      if (replays >= MAX_REPLAYS) return replyRefusal(reply, TOO_MANY_REPLAYS);
      const reader = await store?.open(request.params.name);
      if (!reader) return replyRefusal(reply, NO_RECORDING);
      replays += 1;
      const source = reader.read();
      const point = await restoreRecording(source, at).finally(() => {
        replays -= 1;
        source.destroy();
      });
      if (!point.ok) return replyRefusal(reply, refusalOfFailure(point));
      return replyTicket(options, request, reply, point, body.value.session);
    },
  );

  app.post<{ Params: { id: string } }>(
    '/api/sessions/:id/fork',
    { config: { access: MANAGE } },
    async (request, reply) => {
      const body = readForkBody(request.body, ['session']);
      if (!body.ok) return replyRefusal(reply, refusalOf(body.issue));
      const { content, media } = options.shows;
      if (!content) return replyRefusal(reply, HIDDEN);
      const session = registry.find(request.params.id)?.session;
      if (!session) return replyRefusal(reply, NO_SESSION);
      const point = session.forkPoint?.({ withMedia: media });
      if (!point) return replyRefusal(reply, RELAYED);
      return replyTicket(options, request, reply, point, body.value.session);
    },
  );
}

function readForkBody(body: unknown, known: readonly string[]): Result<ForkBody> {
  const read = readObject(body);
  if (!read.ok) return read;
  const { at, session = {} } = read.value;
  const unknown = Object.keys(read.value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const message = `Unknown parameter: '${unknown.slice(0, 64).replace(/[^\x20-\x7e]/g, '?')}'.`;
    return refuse({ code: 'unknown_parameter', param: null, message });
  }
  if (at !== undefined && !(Number.isSafeInteger(at) && Number(at) > 0)) return refuse(BAD_LINE);
  if (typeof session !== 'object' || session === null || Array.isArray(session)) return refuse(BAD_SESSION);
  return { ok: true, value: { at: at as number | undefined, session: session as Record<string, unknown> } };
}

/** Merges the settings, stores the conversation, and mints a secret that opens one session with both. */
async function replyTicket(
  { minting, forks }: ForkRouteOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { state, history }: ForkPoint,
  change: Record<string, unknown>,
): Promise<FastifyReply> {
  const settings = forkSettings(minting, state, change);
  if (!settings.ok) return replyRefusal(reply, refusalOf(settings.issue));
  const fork = forks.add(history);
  if (fork === undefined) return replyRefusal(reply, NO_ROOM);
  const { principal } = request.grant;
  const { session, started } = settings.value;
  const minted = await minting.secrets.mint({ session, fork, seconds: FORK_SECONDS, principal });
  if (!minted) {
    forks.claim(fork);
    return replyRefusal(reply, TOO_MANY);
  }
  const ticket: ForkTicket = {
    ...{ value: minted.value, expires_at: Math.floor(minted.expiresAt / 1000) },
    ...{ session: { ...sessionObject(started), expires_at: 0 }, items: history.length },
  };
  return reply.header('cache-control', 'no-store').send(ticket);
}

interface ForkSettings {
  readonly session: SessionUpdateConfig;
  /** A session with these settings. */
  readonly started: SessionState;
}

/** The settings of the state with the requested change, which is refused as `session.update` refuses it. */
function forkSettings(
  minting: MintingOptions,
  state: SessionState,
  change: Record<string, unknown>,
): Result<ForkSettings> {
  const { kind } = state;
  const config = decodeConfig({ type: kind, ...change });
  if (!config.ok) return config;
  const { session: update } = config;
  const named = update.type === 'realtime' ? update.model : undefined;
  const model = named ?? state.model;
  const unknown = refuseModel(minting.rules, kind === 'realtime' ? model : undefined, 'session.model');
  if (unknown) return refuse(unknown);
  const options: SessionOptions = {
    ...{ model, kind, started_at: minting.now(), seed: randomSeed() },
    ...minting.startOptions(model, kind),
  };
  const fresh = createSession({ ...options, session: settingsOf(state, options.speaking) });
  const opened = step(fresh, { at: 0, from: 'host', event: { type: 'open' } });
  const next = step(opened.state, { at: 0, from: 'client', event: { type: 'session.update', session: update } });
  if (next.refused) return refuse({ ...next.refused, code: next.refused.code ?? 'invalid_value' });
  // The state has no credentials of MCP servers; the change may give them.
  const tools = 'tools' in update && update.tools ? { tools: update.tools } : {};
  const session = { ...settingsOf(next.state), ...(kind === 'realtime' && { model, ...tools }) };
  return { ok: true, value: { session: session as SessionUpdateConfig, started: next.state } };
}

function refusalOfFailure(failure: RestoreFailure): Refusal {
  switch (failure.reason) {
    case 'out_of_range':
      return refusal('invalid_value', 'The recording has no such line.', 'at');
    case 'foreign':
      return refusal(
        'not_replayable',
        "The recording is not of a session of this server, so its state can't be rebuilt.",
      );
    case 'redacted':
      return refusal('not_replayable', 'The text of the recording is hidden, so the conversation cannot go on.');
    case 'damaged':
      return refusal('not_replayable', `Line ${failure.line} of the recording cannot be read.`);
    case 'differs':
      return refusal(
        'not_replayable',
        `The recording replays differently in this version, from line ${failure.line} on.`,
      );
  }
}

const BAD_LINE: Issue = { code: 'invalid_value', param: 'at', message: 'Expected a line of the recording, from 1.' };
const BAD_SESSION: Issue = { code: 'invalid_type', param: 'session', message: 'Expected an object.' };
const NO_LINE = refusal('missing_required_parameter', "Missing required parameter: 'at'.", 'at');
const NO_RECORDING = refusal('not_found', 'There is no recording of this name.');
const NO_SESSION = refusal('not_found', 'There is no live session of this id.');
const HIDDEN = refusal('not_found', "Sessions cannot be watched here. The setting 'watch' changes that.");
const RELAYED = refusal('not_replayable', 'The state of this session is not on this server.');
const NO_ROOM = refusal('overloaded', 'Too many forks wait for their session.');
const TOO_MANY_REPLAYS = refusal('overloaded', 'Too many recordings are being replayed.');
