// The log: constant messages with an allow-list of fields. Content is never logged, so nothing needs redaction later.

import { createHash } from 'node:crypto';
import { hideCredentials } from '@colloquy/protocol';
import { pino } from 'pino';

/** All allowed fields. Before you add one, check what it can contain. */
const FIELDS = [
  'session_id',
  'event_type',
  'code',
  'close_code',
  'ms',
  'bytes',
  'count',
  'route',
  'method',
  'status',
  'address',
  'url',
  'port',
  'protocol',
  'engine',
  'error',
  'key',
  'setting',
] as const;

export type LogFields = { readonly [F in (typeof FIELDS)[number]]?: string | number };
export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

export interface Log {
  error(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
}

const ALLOWED: ReadonlySet<string> = new Set(FIELDS);
const MAX_VALUE_LENGTH = 200;

/** Selects the allowed fields: numbers, and strings cut to `MAX_VALUE_LENGTH`. */
function allowed(fields: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (!ALLOWED.has(name)) continue;
    if (typeof value === 'number') result[name] = value;
    if (typeof value === 'string') result[name] = hideCredentials(value).slice(0, MAX_VALUE_LENGTH);
  }
  return result;
}

/** What log lines are written to: a stream, a file, a list of a test. */
export interface LogDestination {
  write(line: string): void;
}

/** Writes JSON lines to `to`. @default stderr */
export function createLog(level: LogLevel, to?: LogDestination): Log {
  const options = { level, base: null, formatters: { log: allowed } };
  return to ? pino(options, to) : pino(options, pino.destination({ dest: 2, sync: true }));
}

/** Identifies a credential in logs: the first 8 hex digits of its SHA-256 hash [AU12]. */
export const keyName = (credential: string): string =>
  createHash('sha256').update(credential).digest('hex').slice(0, 8);

/** Name and code of a thrown value, without its message, which may quote content. */
export function errorName(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  const { name, code } = error as { name?: unknown; code?: unknown };
  return [name, code].filter((word) => typeof word === 'string').join(' ') || 'object';
}
