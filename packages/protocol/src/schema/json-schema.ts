// A schema as a JSON Schema document, for other languages and tools. The official schemas are test data.
// https://json-schema.org/draft/2020-12

import type { Node, Profile, Schema } from './schema.ts';

/** A JSON Schema, as plain data. */
export type JsonSchema = { [keyword: string]: unknown };

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The JSON Schema (draft 2020-12) of what `schema` accepts in a profile, `tolerant` unless said otherwise. Shapes that occur more
 * than once stand in `$defs`, named after their `type` or the field that holds them.
 *
 * A validator agrees with `schema.check` on every JSON value, save two differences of the languages: `maxLength` counts code
 * points where we count UTF-16 units, and nesting is bounded only here, at 256. What shape cannot say (which role may carry which
 * part, strict base64) is in neither.
 */
export function toJsonSchema<T>(schema: Schema<T>, profile: Profile = 'tolerant'): JsonSchema {
  const writer = new Writer(profile, shared(schema.node));
  const body = writer.write(schema.node, 'root');
  return { $schema: DIALECT, ...body, ...(writer.defs.size > 0 && { $defs: Object.fromEntries(writer.defs) }) };
}

/** The shapes worth a name of their own: objects and unions that stand in several places, and whatever holds itself. */
function shared(root: Node): ReadonlySet<Node> {
  const seen = new Set<Node>();
  const again = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) {
      if (node.kind === 'object' || node.kind === 'variants' || node.kind === 'lazy') again.add(node);
      return;
    }
    seen.add(node);
    for (const child of children(node)) visit(child);
  };
  visit(root);
  return again;
}

function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'object':
      return Object.values(node.fields);
    case 'variants':
    case 'either':
      return Object.values(node.of);
    case 'array':
    case 'record':
    case 'nullable':
    case 'optional':
      return [node.of];
    case 'lazy':
      return [node.get()];
    default:
      return [];
  }
}

class Writer {
  readonly defs = new Map<string, JsonSchema>();
  readonly #profile: Profile;
  readonly #shared: ReadonlySet<Node>;
  readonly #names = new Map<Node, string>();

  constructor(profile: Profile, shared: ReadonlySet<Node>) {
    this.#profile = profile;
    this.#shared = shared;
  }

  /** `place` is the field that holds the value: a name for shapes that have no better one. */
  write(node: Node, place: string): JsonSchema {
    if (!this.#shared.has(node)) return this.#body(node, place);
    let name = this.#names.get(node);
    if (name === undefined) {
      name = this.#freeName(typeOf(node) ?? place);
      this.#names.set(node, name);
      this.defs.set(name, {}); // keeps its place, and lets a shape that holds itself end here
      this.defs.set(name, this.#body(node, place));
    }
    return { $ref: `#/$defs/${name}` };
  }

  #freeName(wanted: string): string {
    const stem = wanted.replace(/[^A-Za-z0-9_.]/g, '_');
    let name = stem;
    for (let i = 2; this.defs.has(name); i++) name = `${stem}_${i}`;
    return name;
  }

  #body(node: Node, place: string): JsonSchema {
    const isServer = this.#profile === 'server';
    const isTolerant = this.#profile === 'tolerant';
    switch (node.kind) {
      case 'string':
        return {
          type: 'string',
          ...((isServer || (!isTolerant && node.official)) &&
            nonEmpty({ maxLength: node.max, pattern: node.pattern?.source })),
        };
      case 'boolean':
        return { type: 'boolean' };
      case 'integer':
      case 'number': {
        const isBound = isServer || (!isTolerant && node.bounds.official === true);
        return { type: node.kind, ...(isBound && nonEmpty({ minimum: node.bounds.min, maximum: node.bounds.max })) };
      }
      case 'json':
        return node.object ? { type: 'object' } : {};
      case 'choice':
        if (isTolerant) return { type: 'string' };
        return node.values.length === 1 ? { const: node.values[0] } : { enum: [...node.values] };
      case 'array':
        return {
          type: 'array',
          items: this.write(node.of, place),
          ...(!isTolerant && nonEmpty({ minItems: node.min })),
          ...(isServer && nonEmpty({ maxItems: node.max })),
        };
      case 'record':
        return {
          type: 'object',
          additionalProperties: this.write(node.of, place),
          ...(isServer && nonEmpty({ maxProperties: node.maxKeys })),
          ...(isServer && node.maxKey !== undefined && { propertyNames: { maxLength: node.maxKey } }),
        };
      case 'object':
        return this.#object(node);
      case 'variants':
        return this.#variants(node);
      case 'either':
        return { anyOf: node.of.map((each) => this.write(each, place)) };
      case 'nullable':
        return orNull(this.write(node.of, place));
      case 'optional': {
        const body = this.write(node.of, place);
        return this.#profile === 'strict' ? body : orNull(body);
      }
      case 'lazy':
        return this.write(node.get(), place);
    }
  }

  #object(node: Extract<Node, { kind: 'object' }>): JsonSchema {
    const fields = Object.entries(node.fields);
    const required = fields.filter(([, field]) => !this.#mayBeAbsent(field)).map(([name]) => name);
    const isClosed =
      (node.unknown === 'refuse' && this.#profile === 'server') ||
      (node.unknown === 'never' && this.#profile !== 'tolerant');
    return {
      type: 'object',
      properties: Object.fromEntries(fields.map(([name, field]) => [name, this.write(field, name)])),
      ...(required.length > 0 && { required }),
      ...(isClosed && { additionalProperties: false }),
    };
  }

  #mayBeAbsent(field: Node): boolean {
    return field.kind === 'optional' && !(field.expected && this.#profile === 'strict');
  }

  /** The tag decides which shape judges. Read tolerantly, an unknown tag is any object, and so is an absent one that may be. */
  #variants(node: Extract<Node, { kind: 'variants' }>): JsonSchema {
    const tags = Object.keys(node.of);
    const mayLackTag = node.mayLackTag === true && this.#profile === 'tolerant';
    const required = [node.tag];
    return {
      type: 'object',
      properties: { [node.tag]: this.#profile === 'tolerant' ? { type: 'string' } : { enum: tags } },
      ...(!mayLackTag && { required }),
      allOf: tags.map((tag) => ({
        if: { properties: { [node.tag]: { const: tag } }, ...(mayLackTag && { required }) },
        // biome-ignore lint/suspicious/noThenProperty: the keyword's name
        then: this.write(node.of[tag] as Node, tag),
      })),
    };
  }
}

/** The `type` an object states, where there is only one. */
function typeOf(node: Node): string | undefined {
  const tag = node.kind === 'object' ? node.fields.type : undefined;
  return tag?.kind === 'choice' && tag.values.length === 1 ? tag.values[0] : undefined;
}

function orNull(schema: JsonSchema): JsonSchema {
  if (isNullable(schema)) return schema;
  // Where `if` asks about a field it would pass a null on to `then`.
  const isSimple = typeof schema.type === 'string' && schema.enum === undefined && schema.allOf === undefined;
  if (isSimple) return { ...schema, type: [schema.type, 'null'] };
  return { anyOf: [...(isUnion(schema) ? schema.anyOf : [schema]), { type: 'null' }] };
}

const isUnion = (schema: JsonSchema): schema is { anyOf: JsonSchema[] } =>
  Array.isArray(schema.anyOf) && Object.keys(schema).length === 1;

const isNullable = ({ type, anyOf }: JsonSchema): boolean =>
  type === 'null' || (Array.isArray(type) && type.includes('null')) || (Array.isArray(anyOf) && anyOf.some(isNullable));

/** Without the keywords that have no value. */
const nonEmpty = (keywords: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(keywords).filter(([, value]) => value !== undefined));
