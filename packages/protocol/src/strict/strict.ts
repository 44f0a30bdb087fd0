// The decode profile `strict`: exactly what the seed, `realtime_conversation.rs`, accepts and prints.
// The tables are its types; what serde derives from them is in `serde.ts`.
//
// The profile `tolerant` is in `codec.ts`, the JSON parser in `strict-json.ts`, plain values in `strict-values.ts`.
// seed.md sections 2 and 3.1

import type { Issue } from '../errors.ts';
import type { McpCallError, RealtimeContentPart, RealtimeConversationItem } from '../wire/realtime-conversation.ts';
import {
  bool,
  choice,
  type Decoder,
  i64,
  json,
  list,
  option,
  Refusal,
  string,
  struct,
  tagged,
  type Variants,
} from './serde.ts';
import { parseStrictJson } from './strict-json.ts';
import { printJson } from './strict-values.ts';

/** The decoded value, or the first problem found in it. */
export type StrictResult<T> = { ok: true; value: T } | { ok: false; issues: [Issue, ...Issue[]] };

/**
 * Decodes one conversation item in the profile `strict`.
 *
 * `input` is JSON text when it is a string, UTF-8 JSON text when it is a `Uint8Array`, and otherwise an already parsed value, of
 * which own members count. The value is a new plain object with exactly the seed's fields, `type` first and then in declaration
 * order: unknown fields and nulls are gone, array and one-key forms have their normal form. `code` of an MCP error is a `bigint`
 * where it is beyond ±(2^53−1) in text, and as source otherwise.
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

function decode(type: Decoder, input: unknown): StrictResult<unknown> {
  try {
    let source = input;
    if (typeof input === 'string' || input instanceof Uint8Array) {
      const parsed = parseStrictJson(input);
      if (!parsed.ok) return parsed;
      source = parsed.value;
    }
    const value = type(source, '');
    return value instanceof Refusal ? { ok: false, issues: [value.issue] } : { ok: true, value };
  } catch {
    // Only a getter or a proxy of the caller's ends here; what it threw may hold anything, so it is not passed on.
    return { ok: false, issues: [{ code: 'invalid_event', param: null, message: 'The value cannot be read.' }] };
  }
}

// ---- The seed's types ----

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
