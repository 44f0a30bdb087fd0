// The schema kernel: wire objects as plain data below their interfaces.
// Used by `check.ts` (validation), `redact.ts`, `codec.ts` (order of keys) and `json-schema.ts`.

import type { Issue } from '../errors.ts';
import { check } from './check.ts';
import type { Bounds, Node, Profile, Secrecy, UnknownFields } from './node.ts';

export type { Bounds, Node, Profile, Secrecy, UnknownFields } from './node.ts';

/** A proof that some data is a `T`, and a Standard Schema v1 object: https://standardschema.dev */
export class Schema<T> {
  readonly node: Node;
  /** Never present. Takes `T` as well as returning it, so that `Schema<string>` is no `Schema<string | null>`. */
  declare readonly '~type'?: (value: T) => T;

  constructor(node: Node) {
    this.node = node;
  }

  /** The first problem found, or `undefined`. One is enough: the wire's `error` event names a single `param`. Never throws. */
  check(value: unknown, profile: Profile = 'tolerant'): Issue | undefined {
    return check(this.node, value, profile);
  }

  get '~standard'(): StandardProps<T> {
    return {
      version: 1,
      vendor: 'colloquy',
      validate: (value) => {
        const issue = this.check(value);
        return issue ? { issues: [{ message: issue.message, path: pathOf(issue.param) }] } : { value: value as T };
      },
    };
  }
}

/** The part of Standard Schema v1 that other libraries read. */
export interface StandardProps<T> {
  readonly version: 1;
  readonly vendor: string;
  readonly validate: (
    value: unknown,
  ) => { readonly value: T } | { readonly issues: readonly { message: string; path: readonly (string | number)[] }[] };
  readonly types?: { readonly input: T; readonly output: T };
}

const pathOf = (param: string | null): (string | number)[] =>
  param === null ? [] : (param.match(/[^.[\]]+/g) ?? []).map((step) => (/^\d+$/.test(step) ? Number(step) : step));

/** A schema that may stand in the place of an optional field. */
export interface Optional<T> extends Schema<T | undefined> {
  readonly isOptional: true;
}

/** What `object<T>` must be given: one schema per field of `T`, optional exactly where `T`'s is. */
export type Fields<T> = {
  readonly [K in keyof T]-?: {} extends Pick<T, K> ? Optional<Exclude<T[K], undefined>> : Schema<T[K]>;
};

type Tagged<T, Tag extends string, V extends string> = Extract<T, Record<Tag, V>>;

const made = <T>(node: Node) => new Schema<T>(node);

/**
 * Any string. `secret` says how it is hidden, `max` bounds its UTF-16 code units towards a server, and `official` in `strict` too.
 * `pattern` is judged wherever bounds are official; it must be anchored and take time linear in the text.
 */
export const string = (
  options: { secret?: Secrecy; max?: number; official?: boolean; pattern?: RegExp } = {},
): Schema<string> => made({ kind: 'string', ...options });
/** A string that is not shown. */
export const secret = (kind: Secrecy): Schema<string> => string({ secret: kind });
export const boolean = (): Schema<boolean> => made({ kind: 'boolean' });
/** A whole number; `1.0` is one, `"1"` is none. */
export const integer = (bounds: Bounds = {}): Schema<number> => made({ kind: 'integer', bounds });
/** Any finite number. */
export const number = (bounds: Bounds = {}): Schema<number> => made({ kind: 'number', bounds });
/** Any JSON value at all, `null` included. Its depth is bounded by the frame guard. */
export const json = (): Schema<unknown> => made({ kind: 'json' });
/** Any JSON object, its content free. */
export const jsonObject = (options: { secret?: Secrecy } = {}): Schema<Record<string, unknown>> =>
  made({ kind: 'json', object: true, ...options });
/** One of some strings. An unknown one is kept when read tolerantly, since the list grows upstream. */
export const choice = <const V extends string>(...values: readonly V[]): Schema<V> => made({ kind: 'choice', values });
/** Exactly this string. */
export const literal = <const V extends string>(value: V): Schema<V> => made({ kind: 'choice', values: [value] });
/** A list. Bounds count elements. */
export const array = <T>(of: Schema<T>, bounds: { min?: number; max?: number } = {}): Schema<T[]> =>
  made({ kind: 'array', of: of.node, ...bounds });
/** An object whose keys are data. */
export const record = <T>(
  of: Schema<T>,
  bounds: { maxKeys?: number; maxKey?: number } = {},
): Schema<Record<string, T>> => made({ kind: 'record', of: of.node, ...bounds });
/** May be `null`, and `null` means something (off, none yet, first). */
export const nullable = <T>(of: Schema<T>): Schema<T | null> => made({ kind: 'nullable', of: of.node });
/** May be absent. Except in `strict`, a `null` passes as "not given" and stays as it stands. */
export const optional = <T>(of: Schema<T>): Optional<T> =>
  made<T | undefined>({ kind: 'optional', of: of.node, expected: false }) as Optional<T>;
/** May be absent, and some real peers say so with a `null`, which the type admits and `strict` refuses. */
export const nullish = <T>(of: Schema<T>): Optional<T | null> => optional(of) as Optional<T | null>;
/** Required by the official schema, yet left out by real peers [CD6]: may be absent unless `strict`. */
export const expected = <T>(of: Schema<T>): Optional<T> =>
  made<T | undefined>({ kind: 'optional', of: of.node, expected: true }) as Optional<T>;
/** For a schema that is not written yet where it is needed. */
export const lazy = <T>(get: () => Schema<T>): Schema<T> => made({ kind: 'lazy', get: () => get().node });

/** An object with exactly the fields of `T`, in printing order. */
export const object = <T>(fields: Fields<T>, unknown: UnknownFields = 'refuse'): Schema<T> =>
  made({
    kind: 'object',
    unknown,
    fields: Object.fromEntries(
      Object.entries<Schema<unknown>>(fields as never).map(([name, field]) => [name, field.node]),
    ),
  });

/**
 * A union told apart by `type`. The compiler refuses a forgotten variant. Unknown variants are kept when read tolerantly; with
 * `mayLackTag` so are values without a `type`.
 */
export const variants = <T extends { type: string }>(
  of: {
    readonly [V in T['type']]: Schema<Tagged<T, 'type', V>>;
  },
  options: { mayLackTag?: boolean } = {},
): Schema<T> =>
  made({
    kind: 'variants',
    tag: 'type',
    ...options,
    of: Object.fromEntries(Object.entries<Schema<unknown>>(of as never).map(([name, each]) => [name, each.node])),
  });

/** A union told apart by JSON type: the first schema whose type fits the value judges it. */
export const either = <A, B, C = never>(first: Schema<A>, second: Schema<B>, third?: Schema<C>): Schema<A | B | C> =>
  made({ kind: 'either', of: third ? [first.node, second.node, third.node] : [first.node, second.node] });
