// Random values an official schema accepts, made from the document and not from our schemas, so that neither side's view of
// what is worth trying decides alone.

import type { Random } from '@support/wire-values.mjs';
import { anyJson } from '@support/wire-values.mjs';
import type { Json, Schemas } from './shape.ts';

const STRINGS = ['', 'a', 'item_1', 'Grüße', '😀', '{}', 'https://example.com/a', 'x'.repeat(512)];
const NUMBERS = [0, 1, 7, 255, 24000, 30000, 2 ** 40];

/** A value for a schema; deeper than a few levels, optional properties are left out. */
export function officialValue(schemas: Schemas, schema: Json, r: Random, depth = 0): unknown {
  if (schema.isItemOfTheSeed) return officialValue(schemas, seedItem(r), r, depth);
  if (schema.$ref) return officialValue(schemas, schemas[schema.$ref.split('/').at(-1)], r, depth);
  const union = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (union) return officialValue(schemas, r.of(union), r, depth);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return r.of(schema.enum);
  switch (schema.type) {
    case 'string':
      if (schema.pattern) return `tunnel_${'a1'.repeat(16)}`;
      return schema.format === 'uri' ? 'https://example.com/a' : r.of(STRINGS);
    case 'integer':
    case 'number': {
      const fitting = [
        ...NUMBERS,
        ...(schema.type === 'number' ? [0.5, 1.25] : []),
        schema.minimum,
        schema.maximum,
      ].filter((each) => each !== undefined && each >= (schema.minimum ?? -1e99) && each <= (schema.maximum ?? 1e99));
      return r.of(fitting);
    }
    case 'boolean':
      return r.chance(0.5);
    case 'null':
      return null;
    case 'array': {
      const length = (schema.minItems ?? 0) + r.below(depth > 4 ? 1 : 3);
      return Array.from({ length }, () => officialValue(schemas, schema.items, r, depth + 1));
    }
    case 'object':
      return officialObject(schemas, schema, r, depth);
    default:
      return anyJson(r);
  }
}

function officialObject(schemas: Schemas, schema: Json, r: Random, depth: number): object {
  const value: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const isWanted = schema.required?.includes(name) || r.chance(depth > 5 ? 0.2 : 0.6);
    if (isWanted) value[name] = officialValue(schemas, field, r, depth + 1);
  }
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object')
    for (let i = r.below(3); i > 0; i--) value[`key${i}`] = officialValue(schemas, additionalProperties, r, depth + 1);
  else if (additionalProperties !== false && r.chance(0.1)) value.new_field = anyJson(r);
  return value;
}

/** Some items of the seed, as schemas. */
function seedItem(r: Random): Json {
  const string = { type: 'string' };
  const part = {
    type: 'object',
    required: ['type'],
    properties: { type: { enum: ['input_text', 'output_text'] }, text: string },
  };
  return r.of([
    {
      type: 'object',
      required: ['type', 'role', 'content'],
      properties: {
        type: { const: 'message' },
        role: { enum: ['user', 'assistant', 'system'] },
        content: { type: 'array', items: part },
        id: string,
      },
    },
    {
      type: 'object',
      required: ['type', 'name', 'arguments'],
      properties: { type: { const: 'function_call' }, name: string, arguments: string, call_id: string },
    },
    {
      type: 'object',
      required: ['type', 'id', 'approval_request_id', 'approve'],
      properties: {
        type: { const: 'mcp_approval_response' },
        id: string,
        approval_request_id: string,
        approve: { type: 'boolean' },
        reason: { anyOf: [string, { type: 'null' }] },
      },
    },
  ]);
}
