// `/api/recordings`: lists, downloads, redacts and removes recordings [CO13 to CO18]. Shapes: `console-api.ts` of @colloquy/session;
// storage: `recordings/store.ts`.

import { finished, Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Limits } from '../../limits.ts';
import type { Log } from '../../log.ts';
import { redactedRecording } from '../../recordings/export.ts';
import type { Recorder } from '../../recordings/recorder.ts';
import { listRecordings } from '../../recordings/recording-list.ts';
import type { Store } from '../../recordings/store.ts';
import type { StoredSummary } from '../../recordings/stored-summary.ts';
import type { SummaryIndex } from '../../recordings/summary-index.ts';
import { dropStalled } from '../../transports/backpressure.ts';
import { replyRefusal } from '../http-app.ts';
import { parseRecordingQuery } from '../list-query.ts';
import { parseLevel } from '../redaction-level.ts';
import { refusal } from '../refusals.ts';

export interface RecordingRouteOptions {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly index: SummaryIndex;
  readonly liveSummaryOf: (name: string) => StoredSummary | undefined;
  /** Whether `first_words` may be shown, and `q` may search. */
  readonly showsContent: boolean;
  readonly limits: Limits;
  readonly log: Log;
}

type Named = FastifyRequest<{ Params: { name: string } }>;

/** Adds the routes. Without `options` they answer 404. */
export function recordingRoutes(app: FastifyInstance, options: RecordingRouteOptions | undefined): void {
  const read = { exposeHeadRoute: false, config: { access: { scope: 'read', isConsoleApi: true } } } as const;
  const manage = { config: { access: { scope: 'manage', isConsoleApi: true } } } as const;
  if (!options) {
    for (const path of ['/api/recordings', '/api/recordings/:name'])
      app.get(path, read, (_, reply) => replyRefusal(reply, NOT_ENABLED));
    return;
  }
  const { store, recorder, index, liveSummaryOf, showsContent, limits, log } = options;
  let downloads = 0;

  const listing = {
    ...{ store, liveSummaryOf, showsContent },
    isWriting: (name: string) => recorder.isWriting(name),
    summaryOf: (name: string, bytes: number) => index.find(name, bytes),
    isPending: (name: string) => !index.hasFailed(name),
  };

  app.get('/api/recordings', read, async (request, reply) => {
    const query = parseRecordingQuery(request.url, showsContent);
    if (!query.ok) return replyRefusal(reply, query.refusal);
    return reply.header('cache-control', 'no-store').send(await listRecordings(listing, query.value));
  });

  app.get('/api/recordings/:name', read, async (request: Named, reply) => {
    const level = parseLevel(request.url);
    if (typeof level === 'object') return replyRefusal(reply, level);
    if (downloads >= limits.downloads) return replyRefusal(reply, TOO_MANY);
    const reader = await store.open(request.params.name);
    if (!reader) return replyRefusal(reply, NO_RECORDING);
    const { name } = request.params;
    log.info({ key: request.grant.principal, bytes: reader.bytes }, 'recording read');
    const source = reader.read();
    downloads += 1;
    finished(source, () => {
      downloads -= 1;
    });
    if (!level) return download(reply.header('content-length', reader.bytes), `${name}.jsonl`, source);
    const redacted = Readable.from(redactedRecording(source, level));
    redacted.on('close', () => source.destroy());
    return download(reply, `${name}.${level}.jsonl`, redacted);
  });

  /** Disconnects a client that reads nothing for `stallMs`. `name` comes from the store, so it is safe in a header. */
  function download(reply: FastifyReply, name: string, body: Readable): FastifyReply {
    const stop = dropStalled(reply.raw, limits.stallMs);
    finished(body, stop);
    const headers = { 'cache-control': 'no-store', 'content-disposition': `attachment; filename="${name}"` };
    return reply.headers(headers).type('application/x-ndjson; charset=utf-8').send(body);
  }

  app.delete('/api/recordings/:name', manage, async (request: Named, reply) => {
    const { name } = request.params;
    if (recorder.isWriting(name)) return replyRefusal(reply, IN_PROGRESS);
    if (!(await store.remove(name))) return replyRefusal(reply, NO_RECORDING);
    log.info({ key: request.grant.principal }, 'recording removed');
    return reply.code(204).send();
  });
}

const NOT_ENABLED = refusal('not_found', "This server keeps no recordings. The setting 'data-dir' changes that.");
const NO_RECORDING = refusal('not_found', 'There is no recording of this name.');
const IN_PROGRESS = refusal('recording_in_progress', 'The recording is still being written.');
const TOO_MANY = refusal('overloaded', 'Too many recordings are being downloaded.');
