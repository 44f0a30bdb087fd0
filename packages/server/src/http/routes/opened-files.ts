// `GET /api/recordings/<name>` of a server that shows files of the user instead of recording. The names cannot be guessed and are
// not listed [CO45].

import { createReadStream } from 'node:fs';
import { finished, Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Limits } from '../../limits.ts';
import { redactedRecording } from '../../recordings/export.ts';
import { dropStalled } from '../../transports/backpressure.ts';
import { replyRefusal } from '../http-app.ts';
import { parseLevel } from '../redaction-level.ts';
import { refusal } from '../refusals.ts';

export type OpenFiles = ReadonlyMap<string, string>;

type Named = FastifyRequest<{ Params: { name: string } }>;

/** Adds the route. `files` is by name. */
export function openedFileRoutes(app: FastifyInstance, files: OpenFiles, limits: Limits): void {
  const read = { exposeHeadRoute: false, config: { access: { scope: 'read', isConsoleApi: true } } } as const;
  app.get('/api/recordings', read, (_, reply) => replyRefusal(reply, NO_FILE));
  app.get('/api/recordings/:name', read, (request: Named, reply) => {
    const path = files.get(request.params.name);
    if (path === undefined) return replyRefusal(reply, NO_FILE);
    const level = parseLevel(request.url);
    if (typeof level === 'object') return replyRefusal(reply, level);
    const source = createReadStream(path);
    const body = level ? Readable.from(redactedRecording(source, level)) : source;
    body.on('close', () => source.destroy());
    finished(body, dropStalled(reply.raw, limits.stallMs));
    return reply.header('cache-control', 'no-store').type('application/x-ndjson; charset=utf-8').send(body);
  });
}

const NO_FILE = refusal('not_found', 'There is no recording of this name.');
