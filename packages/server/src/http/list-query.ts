// Query parameters of the lists of sessions and recordings: `q`, `has`, `before`, `limit` [CO42].

import { queryOf } from '../auth/request-head.ts';
import type { RecordingQuery } from '../recordings/recording-list.ts';
import { CRITERION_NAMES, type SessionFilter } from '../recordings/session-filter.ts';
import { type Refusal, refusal } from './refusals.ts';

const MAX_PAGE_SIZE = 200;
const DEFAULT_PAGE_SIZE = 50;
const MAX_Q_CHARS = 200;
/** Names of recordings, and what sorts like one. */
const NAME = /^[0-9A-Za-z_-]{1,128}$/;

type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

const refuse = (refusal: Refusal) => ({ ok: false, refusal }) as const;

/** Reads `q` and `has` of a request target. Without `searches`, `q` is refused, because it would show what was said. */
export function parseFilter(target: string, searches: boolean): Parsed<SessionFilter> {
  const query = queryOf(target);
  const has = query.getAll('has').map((text) => CRITERION_NAMES.find((name) => name === text));
  if (has.includes(undefined)) return refuse(BAD_HAS);
  const value = { has: has.filter((name) => name !== undefined) };
  const [q, ...more] = query.getAll('q');
  if (q === undefined) return { ok: true, value };
  if (!searches) return refuse(NOT_SHOWN);
  if (more.length > 0 || q.trim() === '' || q.length > MAX_Q_CHARS) return refuse(BAD_Q);
  return { ok: true, value: { ...value, q } };
}

/** Reads all parameters of the list of recordings. */
export function parseRecordingQuery(target: string, searches: boolean): Parsed<RecordingQuery> {
  const filter = parseFilter(target, searches);
  if (!filter.ok) return filter;
  const query = queryOf(target);
  const [limits, befores] = [query.getAll('limit'), query.getAll('before')];
  const limit = limits.length > 1 ? undefined : limitOf(limits[0]);
  if (limit === undefined) return refuse(BAD_LIMIT);
  const [before] = befores;
  if (befores.length > 1 || (before !== undefined && !NAME.test(before))) return refuse(BAD_BEFORE);
  return { ok: true, value: { ...filter.value, limit, before } };
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return DEFAULT_PAGE_SIZE;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= MAX_PAGE_SIZE ? limit : undefined;
}

const BAD_LIMIT = refusal('invalid_value', `Expected a whole number from 1 to ${MAX_PAGE_SIZE}.`, 'limit');
const BAD_BEFORE = refusal('invalid_value', 'Expected the name of a recording.', 'before');
const BAD_HAS = refusal('invalid_value', `Expected one of ${CRITERION_NAMES.join(', ')}.`, 'has');
const BAD_Q = refusal('invalid_value', `Expected one text of 1 to ${MAX_Q_CHARS} characters.`, 'q');
const NOT_SHOWN = refusal('invalid_value', "What was said is not shown here. The setting 'watch' changes that.", 'q');
