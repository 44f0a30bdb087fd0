// The decode profile `strict`: what the seed, `realtime_conversation.rs`, accepts and prints, and nothing else.
// The tables below are its types; the functions below them are what serde derives from such types.
//
// The open world of today's API is the profile `tolerant`, in `codec.ts`; the reader of JSON text is in `strict-json.ts`,
// copying and printing of plain values in `strict-values.ts`.
// seed.md sections 2 and 3.1

import type { FailureCode, Issue } from '../errors.ts';
import type { McpCallError, RealtimeContentPart, RealtimeConversationItem } from '../wire/realtime-conversation.ts';
import { isWellFormed, JsonNumber, JsonObject, MAX_DEPTH, parseStrictJson } from './strict-json.ts';
import { printJson, toPlainJson } from './strict-values.ts';

/** The decoded value, or the first problem found in it. */
export type StrictResult<T> = { ok: true; value: T } | { ok: false; issues: [Issue, ...Issue[]] };

/**
 * Decodes one conversation item in the profile `strict`.
 *
 * `input` is JSON text when it is a string, UTF-8 JSON text when it is a `Uint8Array`, and otherwise an already parsed value, of
 * which own members count. The value is a new plain object with exactly the seed's fields, `type` first and then in declaration
 * order: unknown fields and nulls are gone, array and one-key forms have their normal form. `code` of an MCP error is a `bigint`
 * where it is beyond ±(2^53−1) in text, and as given otherwise.
 *
 * Reports the first problem only, with `param` as a path (`content[1].type`) or `null` for the whole: `invalid_json` for text that
 * is no JSON, `invalid_event` for JSON that is no object or names a field twice, `missing_required_parameter`, `invalid_type`,
 * `invalid_value`. Messages never hold what was refused. Never throws, whatever a getter or a proxy does.
 *
 * @see seed.md S1 to S17
 */
export function decodeStrictItem(input: unknown): StrictResult<RealtimeConversationItem> {
  return decode(Item, input) as StrictResult<RealtimeConversationItem>;
}

/** Decodes one content part in the profile `strict`, as `decodeStrictItem` does an item. */
export function decodeStrictPart(input: unknown): StrictResult<RealtimeContentPart> {
  return decode(ContentPart, input) as StrictResult<RealtimeContentPart>;
}

/** Decodes the error of an MCP call in the profile `strict`, as `decodeStrictItem` does an item. */
export function decodeStrictMcpCallError(input: unknown): StrictResult<McpCallError> {
  return decode(CallError, input) as StrictResult<McpCallError>;
}

/**
 * The JSON text the seed prints for an item, a content part or an MCP call error: `type` first, fields in declaration order, no
 * blanks, absent and unknown fields left out.
 *
 * `undefined` for text, for a value that the decoders above would refuse, and when the result would be longer than a string can
 * be; never for a value they returned. Never throws.
 *
 * @see seed.md S20 to S23
 */
export function encodeStrict(value: unknown): string | undefined {
  try {
    const decoded = Printable(value, '');
    return decoded instanceof Refusal ? undefined : printJson(decoded);
  } catch {
    // A getter or a proxy of the caller's, or objects that share members so often that their text fits into no string.
    return undefined;
  }
}

// ---- The seed's types ----

/** Answers the decoded value, or what is wrong. `undefined` is what an absent field decodes from, and what it decodes to. */
type Decoder = (given: unknown, path: string) => unknown;

/** In declaration order, which is the order of the array form and of printing. */
type Fields = Readonly<Record<string, Decoder>>;

type Variants = Readonly<Record<string, Fields>>;

const ItemObject = choice('realtime.item');
const ItemStatus = choice('completed', 'incomplete', 'in_progress');
const ItemRole = choice('user', 'assistant', 'system');
const ImageDetail = choice('auto', 'low', 'high');

const PARTS: Variants = {
  input_text: { text: option(string) },
  input_audio: { audio: option(string), transcript: option(string) },
  input_image: { detail: option(ImageDetail), image_url: option(string) },
  output_text: { text: option(string) },
  output_audio: { audio: option(string), transcript: option(string) },
};
const ContentPart = tagged(PARTS);

const ListToolEntry = struct({
  input_schema: json,
  name: string,
  annotations: option(json),
  description: option(string),
});

const CALL_ERRORS: Variants = {
  protocol_error: { code: i64, message: string },
  tool_execution_error: { message: string },
  http_error: { code: i64, message: string },
};
const CallError = tagged(CALL_ERRORS);

const ITEMS: Variants = {
  message: {
    content: list(ContentPart),
    role: ItemRole,
    id: option(string),
    object: option(ItemObject),
    status: option(ItemStatus),
  },
  function_call: {
    arguments: string,
    name: string,
    id: option(string),
    call_id: option(string),
    object: option(ItemObject),
    status: option(ItemStatus),
  },
  function_call_output: {
    call_id: string,
    output: string,
    id: option(string),
    object: option(ItemObject),
    status: option(ItemStatus),
  },
  mcp_approval_response: {
    id: string,
    approval_request_id: string,
    approve: bool,
    reason: option(string),
  },
  mcp_list_tools: {
    server_label: string,
    tools: list(ListToolEntry),
    id: option(string),
  },
  mcp_call: {
    id: string,
    arguments: string,
    name: string,
    server_label: string,
    approval_request_id: option(string),
    error: option(CallError),
    output: option(string),
  },
  mcp_approval_request: {
    id: string,
    arguments: string,
    name: string,
    server_label: string,
  },
};
const Item = tagged(ITEMS);

/** The three kinds share no tag, so one table serves to print any of them. */
const Printable = tagged({ ...ITEMS, ...PARTS, ...CALL_ERRORS });

// ---- What serde derives ----

class Refusal {
  readonly issue: Issue;

  constructor(code: FailureCode, path: string, message: string) {
    this.issue = { code, param: path === '' ? null : path, message };
  }
}

function decode(type: Decoder, input: unknown): StrictResult<unknown> {
  try {
    let given = input;
    if (typeof input === 'string' || input instanceof Uint8Array) {
      const parsed = parseStrictJson(input);
      if (!parsed.ok) return parsed;
      given = parsed.value;
    }
    const value = type(given, '');
    return value instanceof Refusal ? { ok: false, issues: [value.issue] } : { ok: true, value };
  } catch {
    // Only a getter or a proxy of the caller's ends here; what it threw may hold anything, so it is not passed on.
    return { ok: false, issues: [{ code: 'invalid_event', param: null, message: 'The value cannot be read.' }] };
  }
}

function string(given: unknown, path: string): unknown {
  return typeof given === 'string' && isWellFormed(given) ? given : unlike('a string of valid Unicode', given, path);
}

function bool(given: unknown, path: string): unknown {
  return typeof given === 'boolean' ? given : unlike('a boolean', given, path);
}

/** Only an integer literal will do: the seed takes `1.0`, `1e2` and `-0` for floating numbers [S8]. */
function i64(given: unknown, path: string): unknown {
  const integer = integerOf(given);
  if (integer === undefined) return unlike('an integer', given, path);
  if (BigInt.asIntN(64, integer) !== integer) {
    return new Refusal('invalid_value', path, `Invalid value for '${path}': an integer of 64 bits cannot hold it.`);
  }
  if (!(given instanceof JsonNumber)) return given;
  return Number.isSafeInteger(given.value) ? given.value : integer;
}

function integerOf(given: unknown): bigint | undefined {
  if (typeof given === 'bigint') return given;
  if (typeof given === 'number') return Number.isInteger(given) && !Object.is(given, -0) ? BigInt(given) : undefined;
  if (!(given instanceof JsonNumber) || given.spelling === '-0' || /[.eE]/.test(given.spelling)) return undefined;
  // No more digits than a double can have: longer ones have been refused as numbers too large [S12].
  return BigInt(given.spelling);
}

/** Free-form JSON, where null is a value. Deepest in a list entry, which three containers surround. */
function json(given: unknown, path: string): unknown {
  return toPlainJson(given, MAX_DEPTH - 3) ?? (given === null ? null : unlike('a JSON value', given, path));
}

function option(type: Decoder): Decoder {
  return (given, path) => (given === null || given === undefined ? undefined : type(given, path));
}

function list(type: Decoder): Decoder {
  return (given, path) => {
    if (!Array.isArray(given)) return unlike('an array', given, path);
    const values: unknown[] = [];
    for (const item of given) {
      const value = type(item, `${path}[${values.length}]`);
      if (value instanceof Refusal) return value;
      values.push(value);
    }
    return values;
  };
}

/** A plain enum: one of some strings, or an object with that string as its only key and nothing in it [S5, S17]. */
function choice(...values: readonly string[]): Decoder {
  return (given, path) => {
    const name = typeof given === 'string' ? given : loneKey(given);
    if (name === undefined) return unlike('a string', given, path);
    const known = values.includes(name);
    return known ? name : new Refusal('invalid_value', path, `Invalid value for '${path}': ${supported(values)}`);
  };
}

function loneKey(given: unknown): string | undefined {
  const members = isObject(given) ? membersOf(given) : [];
  const [key, value] = members[0] ?? [];
  const isEmpty = value === null || (isObject(value) && membersOf(value).length === 0);
  return members.length === 1 && isEmpty ? key : undefined;
}

/** An enum with fields: the tag names the variant. An object, or an array that begins with the tag [S1, S15]. */
function tagged(variants: Variants): Decoder {
  const table = new Map(Object.entries(variants));
  return (given, path) => {
    const isArray = Array.isArray(given);
    if (!isArray && !isObject(given)) return unlike('an object', given, path);
    const at = under(path, 'type');
    const tag = isArray ? given[0] : member(given, 'type', at);
    if (tag instanceof Refusal) return tag;
    if (typeof tag !== 'string') return unlike('a string', tag, at);
    const fields = table.get(tag);
    if (!fields) return new Refusal('invalid_value', at, `Invalid value for '${at}': ${supported([...table.keys()])}`);
    return readFields(fields, { type: tag }, given, path);
  };
}

/** An object, or an array of all its fields [S16]. */
function struct(fields: Fields): Decoder {
  return (given, path) =>
    Array.isArray(given) || isObject(given) ? readFields(fields, {}, given, path) : unlike('an object', given, path);
}

/** Adds the fields to what `value` already has, in declaration order; in the array form they follow it. */
function readFields(fields: Fields, value: Record<string, unknown>, given: object, path: string): unknown {
  const named = Object.entries(fields);
  const first = Object.keys(value).length;
  const isArray = Array.isArray(given);
  if (isArray && given.length !== first + named.length) {
    return new Refusal('invalid_value', path, `Invalid value: expected an array of ${first + named.length} elements.`);
  }
  for (const [index, [name, type]] of named.entries()) {
    const at = under(path, name);
    const read = isArray ? given[first + index] : member(given, name, at);
    const field = read instanceof Refusal ? read : type(read, at);
    if (field instanceof Refusal) return field;
    if (field !== undefined) value[name] = field;
  }
  return value;
}

/** A member, `undefined` when there is none. Twice is refused, even with equal values: serde does not choose [S7]. */
function member(given: object, name: string, path: string): unknown {
  if (!(given instanceof JsonObject)) return Object.hasOwn(given, name) ? Reflect.get(given, name) : undefined;
  const found = given.members.filter(([key]) => key === name);
  return found.length > 1 ? new Refusal('invalid_event', path, `Duplicate key: '${path}'.`) : found[0]?.[1];
}

function membersOf(given: object): readonly (readonly [string, unknown])[] {
  return given instanceof JsonObject ? given.members : Object.entries(given);
}

function isObject(given: unknown): given is object {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof JsonNumber);
}

const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const supported = (values: readonly string[]): string =>
  `supported values are: ${values.map((value) => `'${value}'`).join(', ')}.`;

function unlike(expected: string, given: unknown, path: string): Refusal {
  if (path === '') return new Refusal('invalid_event', path, `Invalid value: expected ${expected}.`);
  if (given === undefined) {
    return new Refusal('missing_required_parameter', path, `Missing required parameter: '${path}'.`);
  }
  return new Refusal('invalid_type', path, `Invalid type for '${path}': expected ${expected}.`);
}
