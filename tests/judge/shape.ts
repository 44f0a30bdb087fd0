// A schema, official or ours, as a flat table: one line per field, so that the two can be compared as text.

import type { Schema } from '@colloquy/protocol';

/** The official document's schemas by name, GA and beta together, since their references share one root. */
export type Schemas = Readonly<Record<string, Json>>;
// biome-ignore lint/suspicious/noExplicitAny: a schema document is read here, not designed
export type Json = any;
type Node = Schema<unknown>['node'];

/** Path → what may stand there, in words: `required integer 0..`, `string|null`. */
export type Shape = Map<string, string>;

interface Facts {
  isRequired: boolean;
  types: Set<string>;
}

const bounds = (min: unknown, max: unknown) =>
  min === undefined && max === undefined ? '' : ` ${min ?? ''}..${max ?? ''}`;
const limits = (max?: number, format?: string, pattern?: string) =>
  [max && ` max ${max}`, format && ` ${format}`, pattern && ` ${pattern}`].filter(Boolean).join('');
const text = (values: readonly string[]) => [...values].sort().join(' ');

class Table {
  readonly #facts = new Map<string, Facts>();

  add(path: string, type: string, isRequired = false): void {
    const facts = this.#facts.get(path) ?? { isRequired, types: new Set() };
    facts.types.add(type);
    this.#facts.set(path, facts);
  }

  require(path: string): void {
    for (const [each, facts] of this.#facts) {
      // A union of objects stands under its tags.
      const isArm = each.startsWith(`${path}<`) && each.indexOf('>', path.length) === each.length - 1;
      if (each === path || isArm) facts.isRequired = true;
    }
  }

  read(): Shape {
    const lines = [...this.#facts].map(([path, { isRequired, types }]) => {
      // Beside any string, a list of some strings says nothing [B17].
      const input = types.has('string') ? [...types].filter((type) => !type.startsWith('{')) : [...types];
      return [path, `${isRequired ? 'required ' : ''}${input.sort().join(' | ')}`] as const;
    });
    return new Map(lines.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

const join = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

/** Where names end: items follow the seed and are judged by its oracle. */
const ITEM = 'item of the seed';

/** The shape of one official schema. */
export function officialShape(schemas: Schemas, name: string): Shape {
  const table = new Table();
  const visit = (schema: Json, path: string): void => {
    if (schema.$ref) {
      const target = schema.$ref.split('/').at(-1);
      return target === 'RealtimeConversationItem' ? table.add(path, ITEM) : visit(schemas[target], path);
    }
    const union = schema.anyOf ?? schema.oneOf;
    if (!union && !schema.allOf) return visitPlain(schema, path);
    for (const each of union ?? []) visit(each, withTag(each, path));
    for (const each of schema.allOf ?? []) visit(each, path);
  };
  const withTag = (schema: Json, path: string): string => {
    const body = schema.$ref ? schemas[schema.$ref.split('/').at(-1)] : schema;
    const tag = body.properties?.type?.const ?? body.properties?.type?.enum;
    return typeof tag === 'string' ? `${path}<${tag}>` : tag?.length === 1 ? `${path}<${tag[0]}>` : path;
  };
  const visitPlain = (schema: Json, path: string): void => {
    switch (schema.type) {
      case 'string': {
        const values = schema.const === undefined ? schema.enum : [schema.const];
        return table.add(
          path,
          values ? `{${text(values)}}` : `string${limits(schema.maxLength, schema.format, schema.pattern)}`,
        );
      }
      case 'integer':
      case 'number': {
        const [only] = schema.enum ?? [];
        return table.add(path, schema.type + bounds(schema.minimum ?? only, schema.maximum ?? only));
      }
      case 'array':
        table.add(path, `list${bounds(schema.minItems, schema.maxItems)}`);
        return visit(schema.items, `${path}[]`);
      case 'boolean':
      case 'null':
        return table.add(path, schema.type);
      case undefined:
        return table.add(path, 'any');
    }
    table.add(path, schema.additionalProperties === false ? 'closed object' : 'object');
    if (typeof schema.additionalProperties === 'object') visit(schema.additionalProperties, `${path}{}`);
    for (const [field, each] of Object.entries(schema.properties ?? {})) visit(each, join(path, field));
    for (const field of schema.required ?? []) requireAll(join(path, field));
  };
  const requireAll = (path: string) => table.require(path);
  visit(schemas[name], '');
  return table.read();
}

/** The shape of one of our schemas in the profile `strict`; `items` are the nodes that hold conversation items. */
export function ourShape(root: Node, items: ReadonlySet<Node>): Shape {
  const table = new Table();
  const visit = (node: Node, path: string, isInUnion = false): void => {
    if (items.has(node)) return table.add(path, ITEM);
    switch (node.kind) {
      case 'string':
        return table.add(
          path,
          `string${limits(node.official ? node.max : undefined, undefined, node.pattern?.source)}`,
        );
      case 'boolean':
        return table.add(path, 'boolean');
      case 'integer':
      case 'number':
        return table.add(path, node.kind + (node.bounds.official ? bounds(node.bounds.min, node.bounds.max) : ''));
      case 'json':
        return table.add(path, node.object ? 'object' : 'any');
      case 'choice':
        return table.add(path, `{${text(node.values)}}`);
      case 'array':
        table.add(path, `list${bounds(node.min, undefined)}`);
        return visit(node.of, `${path}[]`);
      case 'record':
        table.add(path, 'object');
        return visit(node.of, `${path}{}`);
      case 'object': {
        const tag = node.fields.type;
        const at = isInUnion && tag?.kind === 'choice' && tag.values.length === 1 ? `${path}<${tag.values[0]}>` : path;
        table.add(at, node.unknown === 'never' ? 'closed object' : 'object');
        for (const [field, each] of Object.entries(node.fields)) {
          visit(each, join(at, field));
          if (each.kind !== 'optional' || each.expected) table.require(join(at, field));
        }
        return;
      }
      case 'variants':
      case 'either':
        for (const each of Object.values(node.of)) visit(each, path, true);
        return;
      case 'nullable':
        table.add(path, 'null');
        return visit(node.of, path, isInUnion);
      case 'optional':
        return visit(node.of, path, isInUnion);
      case 'lazy':
        return visit(node.get(), path, isInUnion);
    }
  };
  visit(root, '');
  return table.read();
}

/** The lines in which two shapes differ: `path: official → ours`. */
export function differences(official: Shape, ours: Shape): string[] {
  const paths = [...new Set([...official.keys(), ...ours.keys()])].sort();
  return paths
    .filter((path) => official.get(path) !== ours.get(path))
    .map((path) => `${path}: ${official.get(path) ?? 'nothing'} → ${ours.get(path) ?? 'nothing'}`);
}
