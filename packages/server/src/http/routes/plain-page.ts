// The page at `/` when the console is not built: the engine and the live sessions.

import type { FastifyInstance } from 'fastify';
import type { SessionRegistry } from '../../sessions/session-registry.ts';
import { sessionSummary } from './sessions.ts';

export interface PlainPageOptions {
  readonly registry: SessionRegistry;
  readonly engine: string;
  /** Whether listing the sessions requires a key. */
  readonly needsKey: boolean;
}

const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }),
);
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (char) => ESCAPES.get(char) ?? '');

/** Has no script and no style, because the content security policy forbids both inline. */
function page({ registry, engine, needsKey }: PlainPageOptions, host: string): string {
  const sessions = registry.list().map((live) => sessionSummary(live, { isWriting: () => false, showsContent: false }));
  const rows = sessions.map(({ id, type, model, started_at }) => {
    const cells = [id, type, model, new Date(started_at * 1000).toISOString()].map(escapeHtml);
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  const list =
    rows.length > 0
      ? `<table><tr><th>session</th><th>kind</th><th>model</th><th>since</th></tr>${rows.join('')}</table>`
      : '<p>No session is open.</p>';
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Colloquy</title>
<h1>Colloquy is running</h1>
<p>Engine: ${escapeHtml(engine)}. Clients connect to <code>ws://${escapeHtml(host)}/v1/realtime?model=gpt-realtime</code></p>
<h2>Sessions</h2>
${needsKey ? '<p>Listed at <code>GET /api/sessions</code>, which needs a key.</p>' : list}
</html>
`;
}

export function plainPageRoutes(app: FastifyInstance, options: PlainPageOptions): void {
  app.get('/', (request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(page(options, request.headers.host ?? '')),
  );
}
