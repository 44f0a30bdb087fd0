// `/v1/realtime/calls`: opens calls over WebRTC and ends them [RT6 to RT11]. Without a media plane every route answers 501 [RT9].

import { readOffer } from '@colloquy/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseCallRequest } from '../../auth/call-request.ts';
import { readRequestHead } from '../../auth/request-head.ts';
import type { LiveCalls } from '../../calls/live-calls.ts';
import { BETA_REFUSED, type BetaPolicy } from '../../transports/beta.ts';
import { FORM_TYPE, OFFER_TYPE, readCallBody } from '../call-body.ts';
import { replyRefusal } from '../http-app.ts';
import { type Refusal, refusal, refusalOf, WRONG_METHOD } from '../refusals.ts';
import { effectiveSession, type MintingOptions } from './minting.ts';

export interface CallRouteOptions {
  /** `undefined` without a media plane. */
  readonly calls: LiveCalls | undefined;
  readonly minting: MintingOptions;
  /** Whether calls of the beta shape are served [BT15]. */
  readonly beta: BetaPolicy;
}

const UNAVAILABLE = refusal(
  'webrtc_unavailable',
  'Calls need WebRTC, which this server does not have. Use a WebSocket.',
);
const WRONG_TYPE = refusal('unsupported_media_type', `The body must be '${OFFER_TYPE}' or '${FORM_TYPE}'.`);
const NOT_SIP = refusal('invalid_value', 'The call is not a SIP call.');
const ACCESS = { config: { access: { scope: 'open_session' } } } as const;

/** Adds the routes under a prefix such as `/v1`. */
export function callRoutes(app: FastifyInstance, prefix: string, options: CallRouteOptions): void {
  const { calls, beta } = options;
  const path = `${prefix}/realtime/calls`;
  const actions = ['accept', 'hangup', 'reject', 'refer'].map((action) => `${path}/:call_id/${action}`);
  refuseMethods(app, `${path}/:call_id`, []);
  for (const action of actions) refuseMethods(app, action, ['POST']);
  refuseAll(app, [`${prefix}/realtime/translations/calls`, ...(calls ? [] : [path, ...actions])], UNAVAILABLE);
  if (!calls) return;
  const betaPath = `${prefix}/realtime`;
  if (beta === 'refuse') refuseAll(app, [betaPath], BETA_REFUSED);
  createRoutes(app, path, beta === 'refuse' ? undefined : betaPath, { ...options, calls });
  for (const action of actions) {
    app.post<{ Params: { call_id: string } }>(action, ACCESS, (request, reply) => {
      const id = request.params.call_id;
      const rejection = calls.refusalOf(id, request.grant);
      if (rejection) return replyRefusal(reply, rejection);
      if (!action.endsWith('/hangup')) return replyRefusal(reply, NOT_SIP);
      calls.hangUp(id);
      return reply.send();
    });
  }
}

/** These routes answer before the body is read. */
function refuseAll(app: FastifyInstance, paths: readonly string[], reason: Refusal): void {
  for (const path of paths) {
    const onRequest = async (_: FastifyRequest, reply: FastifyReply) => replyRefusal(reply, reason);
    app.post(path, { ...ACCESS, onRequest }, () => undefined);
  }
}

/** The application knows the methods of paths without parameters only [RT14]. A call itself takes none: an empty `Allow`. */
function refuseMethods(app: FastifyInstance, url: string, allowed: readonly string[]): void {
  const method = app.supportedMethods.filter((each) => !allowed.includes(each));
  const allow = allowed.join(', ');
  const onRequest = async (_: FastifyRequest, reply: FastifyReply) => replyRefusal(reply, WRONG_METHOD, { allow });
  app.route({ method, url, exposeHeadRoute: false, onRequest, handler: () => undefined });
}

type CreateOptions = CallRouteOptions & { readonly calls: LiveCalls };

/** The content types of an offer are taken on these paths only [RT15]. */
function createRoutes(app: FastifyInstance, path: string, betaPath: string | undefined, options: CreateOptions): void {
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    const type = typeOf(request).split(';', 1)[0]?.trim().toLowerCase();
    if (type !== OFFER_TYPE && type !== FORM_TYPE) return replyRefusal(reply, WRONG_TYPE);
  };
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(OFFER_TYPE, { parseAs: 'string' }, (_, body, done) => done(null, body));
    scope.addContentTypeParser(FORM_TYPE, { parseAs: 'buffer' }, (_, body, done) => done(null, body));
    for (const each of betaPath === undefined ? [path] : [path, betaPath]) {
      scope.post(each, { ...ACCESS, onRequest }, async (request, reply) => {
        const opened = await openCall(request, each === betaPath, options);
        if (!opened.ok) return replyRefusal(reply, opened.refusal);
        return reply
          .code(201)
          .headers({ 'content-type': OFFER_TYPE, location: `${path}/${opened.id}`, 'cache-control': 'no-store' })
          .send(opened.answer);
      });
    }
  });
}

const typeOf = ({ headers }: FastifyRequest): string => headers['content-type'] ?? '';

const refuse = (reason: Refusal) => ({ ok: false, refusal: reason }) as const;

/** Checks everything that the request holds before a place is taken for it. */
async function openCall(request: FastifyRequest, isBeta: boolean, { calls, minting }: CreateOptions) {
  const { rules, now, startOptions } = minting;
  const body = await readCallBody(request.body as string | Buffer | undefined, typeOf(request));
  if (!body.ok) return refuse(refusalOf(body.issue));
  const { grant } = request;
  const parsed = parseCallRequest(readRequestHead(request.raw).target, body.value.session, grant, rules);
  if (!parsed.ok) return refuse(parsed.refusal);
  const { kind, model, config } = parsed.request;
  const session = effectiveSession(config ?? { type: kind }, {
    model,
    started_at: now(),
    ...startOptions(model, kind),
  });
  if (!session.ok) return refuse(refusalOf(session.issue));
  const offer = readOffer(body.value.sdp);
  if (!offer.ok) return refuse(refusalOf(offer.issue));
  const address = request.raw.socket.remoteAddress ?? '';
  return calls.open({ grant, address, offer: offer.value, sessionRequest: parsed.request, isBeta });
}
