// The fields of a session that an event changes, so that its JSON can mark them.

import type { FrameLog } from '../log/frame-log.ts';
import { isObject, type Json } from '../log/json-value.ts';
import { contentOf, frameOf, type LogRow } from '../log/log-row.ts';

/** What a field had before, by its path: `session.audio.input.turn_detection.threshold`. */
export type ChangedFields = ReadonlyMap<string, unknown>;

/** Differ from one configuration to the next without being settings. */
const NO_SETTINGS = new Set(['id', 'object', 'type', 'expires_at', 'client_secret']);
const MAX_DEPTH = 32;

const NONE: ChangedFields = new Map();

/** What `session.update` and `session.updated` change of the configuration that the server reported before. */
export function changedFields(log: FrameLog, row: LogRow): ChangedFields {
  if (row.type !== 'session.update' && row.type !== 'session.updated') return NONE;
  const before = sessionBefore(log, row.index);
  const after = sessionOf(row);
  if (!before || !after) return NONE;
  const changed = new Map<string, unknown>();
  compare('session', before, after, changed, 0);
  return changed;
}

/** The configuration that the server reported last before a row. */
function sessionBefore({ rows }: FrameLog, index: number): Json | undefined {
  for (let at = index - 1; at >= 0; at--) {
    const row = rows[at] as LogRow;
    const isReport = row.type === 'session.updated' || row.type === 'session.created';
    if (isReport && frameOf(row)?.from === 'server') return sessionOf(row);
  }
  return undefined;
}

function sessionOf(row: LogRow): Json | undefined {
  const content = contentOf(row);
  return isObject(content) && isObject(content.session) ? content.session : undefined;
}

/** Only what `after` names: what an update leaves out, it does not change. */
function compare(path: string, before: Json, after: Json, changed: Map<string, unknown>, depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const [name, value] of Object.entries(after)) {
    if (depth === 0 && NO_SETTINGS.has(name)) continue;
    const was = Object.hasOwn(before, name) ? before[name] : undefined;
    const field = `${path}.${name}`;
    if (isObject(value) && isObject(was)) compare(field, was, value, changed, depth + 1);
    else if (JSON.stringify(value) !== JSON.stringify(was)) changed.set(field, was);
  }
}
