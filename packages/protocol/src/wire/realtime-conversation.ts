// Conversation items, content parts, and the parts that each role may have.
// https://platform.openai.com/docs/api-reference/realtime
//
// Session configuration: `realtime-session`; responses: `realtime-response`; events: `realtime-*-events`; event names:
// `event-types`. The seed module: `strict.ts`.

import type { Issue } from '../errors.ts';
import { quote, typeName } from '../schema/check.ts';
import {
  array,
  boolean,
  choice,
  either,
  expected,
  integer,
  json,
  literal,
  nullable,
  nullish,
  object,
  optional,
  type Schema,
  secret,
  string,
  variants,
} from '../schema/schema.ts';

// ---- Words ----

/** Object type of a conversation item. Always `realtime.item`; the live service often leaves it out. */
export type ConversationItemObject = 'realtime.item';
export const ConversationItemObject: Schema<ConversationItemObject> = literal('realtime.item');

/** Where an item stands. `in_progress` only while a response is making it. What a client sends has no effect [CV12]. */
export type ConversationItemStatus = 'completed' | 'incomplete' | 'in_progress';
export const ConversationItemStatus: Schema<ConversationItemStatus> = choice('completed', 'incomplete', 'in_progress');

/** Who says a message. */
export type ConversationItemRole = 'user' | 'assistant' | 'system';
export const ConversationItemRole: Schema<ConversationItemRole> = choice('user', 'assistant', 'system');

/** How closely an image is looked at. `auto` means `high`. @default 'auto' */
export type ImageDetail = 'auto' | 'low' | 'high';
export const ImageDetail: Schema<ImageDetail> = choice('auto', 'low', 'high');
/** The default of the type. Decoding does not fill it in. */
export const DEFAULT_IMAGE_DETAIL: ImageDetail = 'auto';

// ---- Content parts ----

/** Text from the system or the user. */
export interface InputTextPart {
  type: 'input_text';
  /** The words. */
  text?: string;
}

/** Speech of the user. */
export interface InputAudioPart {
  type: 'input_audio';
  /** Base64 audio in the session's input format. From a server only in `conversation.item.retrieved`. */
  audio?: string | null;
  /** What was said, `null` until transcription has completed. Not shown to the model. */
  transcript?: string | null;
}

/** An image from the user. */
export interface InputImagePart {
  type: 'input_image';
  /** @default 'auto' */
  detail?: ImageDetail;
  /** A data URI, `image/png` or `image/jpeg`, base64. Can be very large; never fetched. */
  image_url?: string;
}

/** Text of the assistant. */
export interface OutputTextPart {
  type: 'output_text';
  text?: string;
}

/** Speech of the assistant. */
export interface OutputAudioPart {
  type: 'output_audio';
  /** Base64 audio in the response's output format. From a server only in `conversation.item.retrieved`. */
  audio?: string;
  /** The words of the audio. A server states `null` once the item was truncated [TR4]. */
  transcript?: string | null;
}

/** One piece of a message. Five kinds; which role may carry which is `validateItem`'s question. */
export type RealtimeContentPart = InputTextPart | InputAudioPart | InputImagePart | OutputTextPart | OutputAudioPart;

export const RealtimeContentPart: Schema<RealtimeContentPart> = variants<RealtimeContentPart>({
  input_text: object<InputTextPart>({ type: literal('input_text'), text: optional(secret('words')) }, 'keep'),
  input_audio: object<InputAudioPart>(
    {
      type: literal('input_audio'),
      audio: optional(nullable(secret('media'))),
      transcript: optional(nullable(secret('words'))),
    },
    'keep',
  ),
  input_image: object<InputImagePart>(
    { type: literal('input_image'), detail: optional(ImageDetail), image_url: optional(secret('media')) },
    'keep',
  ),
  output_text: object<OutputTextPart>({ type: literal('output_text'), text: optional(secret('words')) }, 'keep'),
  output_audio: object<OutputAudioPart>(
    { type: literal('output_audio'), audio: optional(secret('media')), transcript: nullish(secret('words')) },
    'keep',
  ),
});

// ---- Items ----

/** Something said: by the system, the user or the assistant. */
export interface MessageItem {
  type: 'message';
  content: RealtimeContentPart[];
  role: ConversationItemRole;
  id?: string;
  object?: ConversationItemObject;
  status?: ConversationItemStatus;
  /** Set by newer models on assistant messages: `commentary` or `final_answer` (live recording). */
  phase?: string;
}

/** A function the model wants called. The client calls it and answers with a `function_call_output`. */
export interface FunctionCallItem {
  type: 'function_call';
  /** JSON text as the model wrote it; it may be invalid JSON and is never repaired [FN3]. */
  arguments?: string;
  name: string;
  id?: string;
  /** Names the call. A `function_call_output` quotes it. */
  call_id?: string;
  object?: ConversationItemObject;
  status?: ConversationItemStatus;
}

/** What a function returned, supplied by the client. */
export interface FunctionCallOutputItem {
  type: 'function_call_output';
  call_id: string;
  /** Free text, often JSON. May be empty. */
  output: string;
  id?: string;
  object?: ConversationItemObject;
  status?: ConversationItemStatus;
}

/** The client approves or denies an MCP call. */
export interface McpApprovalResponseItem {
  type: 'mcp_approval_response';
  /** Left out by an official client; the server mints one then [MC8]. */
  id?: string;
  approval_request_id: string;
  approve: boolean;
  reason?: string | null;
}

/** A tool as an MCP server lists it. */
export interface McpListToolEntry {
  /** JSON Schema of the arguments; any JSON value is kept. */
  input_schema: unknown;
  name: string;
  annotations?: unknown;
  description?: string | null;
}

/** The tools of one MCP server. Empty while listing is under way. */
export interface McpListToolsItem {
  type: 'mcp_list_tools';
  server_label: string;
  tools?: McpListToolEntry[];
  id?: string;
}

/** Why an MCP call failed. `code` is a whole number; beyond ±(2^53−1) a `bigint` in the profile `strict`. */
export type McpCallError =
  | { type: 'protocol_error'; code: number; message: string }
  | { type: 'tool_execution_error'; message: string }
  | { type: 'http_error'; code: number; message: string };

/** A call of an MCP tool, made by the server. */
export interface McpCallItem {
  type: 'mcp_call';
  id?: string;
  arguments?: string;
  name: string;
  server_label: string;
  approval_request_id?: string | null;
  error?: McpCallError | null;
  output?: string | null;
}

/** The server asks whether it may call an MCP tool. */
export interface McpApprovalRequestItem {
  type: 'mcp_approval_request';
  id?: string;
  /** JSON text. */
  arguments?: string;
  name: string;
  server_label: string;
}

/** A conversation item, told apart by `type`. Ids are optional here because clients and older servers leave them out. */
export type RealtimeConversationItem =
  | MessageItem
  | FunctionCallItem
  | FunctionCallOutputItem
  | McpApprovalResponseItem
  | McpListToolsItem
  | McpCallItem
  | McpApprovalRequestItem;

export const McpListToolEntry: Schema<McpListToolEntry> = object<McpListToolEntry>(
  {
    input_schema: json(),
    name: string(),
    annotations: optional(json()),
    description: optional(nullable(string())),
  },
  'keep',
);

export const McpCallError: Schema<McpCallError> = variants<McpCallError>({
  protocol_error: object<Extract<McpCallError, { type: 'protocol_error' }>>(
    { type: literal('protocol_error'), code: integer(), message: secret('words') },
    'keep',
  ),
  tool_execution_error: object<Extract<McpCallError, { type: 'tool_execution_error' }>>(
    { type: literal('tool_execution_error'), message: secret('words') },
    'keep',
  ),
  http_error: object<Extract<McpCallError, { type: 'http_error' }>>(
    { type: literal('http_error'), code: integer(), message: secret('words') },
    'keep',
  ),
});

const itemFields = {
  id: optional(string()),
  object: optional(ConversationItemObject),
  status: optional(ConversationItemStatus),
};

export const RealtimeConversationItem: Schema<RealtimeConversationItem> = variants<RealtimeConversationItem>({
  message: object<MessageItem>(
    {
      type: literal('message'),
      content: array(RealtimeContentPart),
      role: ConversationItemRole,
      ...itemFields,
      // Unknown to the seed, which takes anything there; so must whoever reads tolerantly.
      phase: optional(json() as Schema<string>),
    },
    'keep',
  ),
  function_call: object<FunctionCallItem>(
    {
      type: literal('function_call'),
      arguments: expected(secret('words')),
      name: string(),
      id: itemFields.id,
      call_id: optional(string()),
      object: itemFields.object,
      status: itemFields.status,
    },
    'keep',
  ),
  function_call_output: object<FunctionCallOutputItem>(
    { type: literal('function_call_output'), call_id: string(), output: secret('words'), ...itemFields },
    'keep',
  ),
  mcp_approval_response: object<McpApprovalResponseItem>(
    {
      type: literal('mcp_approval_response'),
      id: expected(string()),
      approval_request_id: string(),
      approve: boolean(),
      reason: optional(nullable(secret('words'))),
    },
    'keep',
  ),
  mcp_list_tools: object<McpListToolsItem>(
    {
      type: literal('mcp_list_tools'),
      server_label: string(),
      tools: expected(array(McpListToolEntry)),
      id: itemFields.id,
    },
    'keep',
  ),
  mcp_call: object<McpCallItem>(
    {
      type: literal('mcp_call'),
      id: expected(string()),
      arguments: expected(secret('words')),
      name: string(),
      server_label: string(),
      approval_request_id: optional(nullable(string())),
      error: optional(nullable(either(McpCallError, secret('words')) as Schema<McpCallError>)),
      output: optional(nullable(secret('words'))),
    },
    'keep',
  ),
  mcp_approval_request: object<McpApprovalRequestItem>(
    {
      type: literal('mcp_approval_request'),
      id: expected(string()),
      arguments: expected(secret('words')),
      name: string(),
      server_label: string(),
    },
    'keep',
  ),
});

// ---- What a client may create ----

/** Bound of ids a client chooses [CV11] and of call ids. */
const ID_LENGTH = 64;

/** A part as a client offers it: the payload is required [CV17], and the legacy names `text` and `audio` are aliases [CV15]. */
export type InputContentPart =
  | { type: 'input_text'; text: string }
  | { type: 'input_audio'; audio?: string | null; transcript?: string | null }
  | { type: 'input_image'; image_url: string; detail?: ImageDetail }
  | { type: 'output_text'; text: string }
  | { type: 'output_audio'; audio?: string | null; transcript?: string }
  | { type: 'text'; text: string }
  | { type: 'audio'; audio?: string | null; transcript?: string };

type InputPart<T extends InputContentPart['type']> = Extract<InputContentPart, { type: T }>;

export const InputContentPart: Schema<InputContentPart> = variants<InputContentPart>({
  input_text: object<InputPart<'input_text'>>({ type: literal('input_text'), text: secret('words') }, 'keep'),
  input_audio: object<InputPart<'input_audio'>>(
    {
      type: literal('input_audio'),
      audio: optional(nullable(secret('media'))),
      transcript: optional(nullable(secret('words'))),
    },
    'keep',
  ),
  input_image: object<InputPart<'input_image'>>(
    { type: literal('input_image'), image_url: secret('media'), detail: optional(ImageDetail) },
    'keep',
  ),
  output_text: object<InputPart<'output_text'>>({ type: literal('output_text'), text: secret('words') }, 'keep'),
  output_audio: object<InputPart<'output_audio'>>(
    {
      type: literal('output_audio'),
      audio: optional(nullable(secret('media'))),
      transcript: optional(secret('words')),
    },
    'keep',
  ),
  text: object<InputPart<'text'>>({ type: literal('text'), text: secret('words') }, 'keep'),
  audio: object<InputPart<'audio'>>(
    { type: literal('audio'), audio: optional(nullable(secret('media'))), transcript: optional(secret('words')) },
    'keep',
  ),
});

/** A message as a client offers it. */
export interface InputMessageItem {
  type: 'message';
  role: ConversationItemRole;
  content: InputContentPart[];
  /** 1 to 64 characters, never `root` [CV11]. Minted when absent. */
  id?: string;
  object?: string;
  status?: string;
}

/** A function call as a client restores it from history [CV22]. */
export interface InputFunctionCallItem {
  type: 'function_call';
  name: string;
  arguments: string;
  /** Minted when absent. */
  call_id?: string;
  id?: string;
  object?: string;
  status?: string;
}

/** The result of a function call. `call_id` must name a call of the conversation [CV20]. */
export interface InputFunctionCallOutputItem {
  type: 'function_call_output';
  call_id: string;
  output: string;
  id?: string;
  object?: string;
  status?: string;
}

/** Any item a client may create [CV23]. */
export type InputItem =
  | InputMessageItem
  | InputFunctionCallItem
  | InputFunctionCallOutputItem
  | McpApprovalResponseItem;

const givenId = string({ max: ID_LENGTH });
const ignored = { object: optional(string()), status: optional(string()) };

const inputItems = {
  message: object<InputMessageItem>(
    {
      type: literal('message'),
      role: ConversationItemRole,
      content: array(InputContentPart),
      id: optional(givenId),
      ...ignored,
    },
    'keep',
  ),
  function_call: object<InputFunctionCallItem>(
    {
      type: literal('function_call'),
      name: string(),
      arguments: secret('words'),
      call_id: optional(givenId),
      id: optional(givenId),
      ...ignored,
    },
    'keep',
  ),
  function_call_output: object<InputFunctionCallOutputItem>(
    {
      type: literal('function_call_output'),
      call_id: givenId,
      output: secret('words'),
      id: optional(givenId),
      ...ignored,
    },
    'keep',
  ),
  mcp_approval_response: object<McpApprovalResponseItem>(
    {
      type: literal('mcp_approval_response'),
      id: optional(givenId),
      approval_request_id: string(),
      approve: boolean(),
      reason: optional(nullable(secret('words'))),
    },
    'keep',
  ),
};

export const InputItem: Schema<InputItem> = variants<InputItem>(inputItems);

/** Names an item of the default conversation instead of repeating it. Only inside `response.create` [OB5]. */
export interface ItemReference {
  type: 'item_reference';
  id: string;
}
export const ItemReference: Schema<ItemReference> = object<ItemReference>(
  { type: literal('item_reference'), id: string() },
  'keep',
);

/** What `response.create` may carry as `input`. */
export type ResponseInputItem = InputItem | ItemReference;
export const ResponseInputItem: Schema<ResponseInputItem> = variants<ResponseInputItem>({
  ...inputItems,
  item_reference: ItemReference,
});

// ---- What shape cannot say ----

const PARTS_BY_ROLE: Readonly<Record<ConversationItemRole, ReadonlySet<string>>> = {
  system: new Set(['input_text']),
  user: new Set(['input_text', 'input_audio', 'input_image']),
  assistant: new Set(['output_text', 'output_audio']),
};

const ROLE_NAMES: Readonly<Record<ConversationItemRole, string>> = {
  system: 'System',
  user: 'User',
  assistant: 'Assistant',
};

/**
 * Says which content parts of an item its role does not allow: system `input_text`; user `input_text`, `input_audio`,
 * `input_image`; assistant `output_text`, `output_audio`.
 *
 * One issue per offending part, in order: code `invalid_content_part`, param `content[i].type`, the seed's words. Empty when
 * valid, as items other than messages always are. An unknown role allows every part. Never throws: an item that throws when
 * it is read is `invalid_type`.
 *
 * @see SPEC.md CD9, CV14; `validate()` of the seed module
 */
export function validateItem(item: unknown): Issue[] {
  try {
    const { type, role, content } = (item ?? {}) as Partial<MessageItem>;
    if (type !== 'message' || !Array.isArray(content) || typeof role !== 'string') return [];
    if (!Object.hasOwn(PARTS_BY_ROLE, role)) return [];
    return content.flatMap((part: { type?: unknown } | null, index) => {
      const name = part?.type;
      if (typeof name === 'string' && PARTS_BY_ROLE[role].has(name)) return [];
      const named = quote(typeof name === 'string' ? name : typeName(name));
      const message = `content[${index}]: ${ROLE_NAMES[role]} role does not allow "${named}" content parts`;
      return [{ code: 'invalid_content_part' as const, param: `content[${index}].type`, message }];
    });
  } catch {
    // Only a getter or a proxy of the caller's ends here; what it threw may hold anything, so it is not passed on.
    return [{ code: 'invalid_type', param: null, message: 'the value cannot be read' }];
  }
}

const KNOWN_ITEMS: ReadonlySet<string> = new Set([
  'message',
  'function_call',
  'function_call_output',
  'mcp_approval_response',
  'mcp_list_tools',
  'mcp_call',
  'mcp_approval_request',
] satisfies RealtimeConversationItem['type'][]);

/** Tells an item of the seven known kinds from one of a newer protocol, which a tolerant reader keeps as it stands. */
export function isKnownItem(item: { type: string }): item is RealtimeConversationItem {
  return KNOWN_ITEMS.has(item.type);
}

/** Legacy part name and role → today's name. A map, since both come from a peer. */
const LEGACY_PARTS: ReadonlyMap<unknown, ReadonlyMap<unknown, string>> = new Map([
  [
    'text',
    new Map([
      ['assistant', 'output_text'],
      ['user', 'input_text'],
      ['system', 'input_text'],
    ]),
  ],
  [
    'audio',
    new Map([
      ['assistant', 'output_audio'],
      ['user', 'input_audio'],
    ]),
  ],
]);

/**
 * Gives an item today's names: parts `text` and `audio` become `output_text` / `input_text` and `output_audio` / `input_audio`
 * by role, `mcp_tool_call` becomes `mcp_call`. Returns the same object when nothing is legacy; never changes its argument.
 *
 * @see docs/spec/seed.md, drift rows 4 and 13
 */
export function normalizeItem<T extends { type: string }>(item: T): T {
  if (item.type === 'mcp_tool_call') return { ...item, type: 'mcp_call' };
  const { role, content } = item as { role?: unknown; content?: ({ type?: unknown } | null)[] };
  if (item.type !== 'message' || !Array.isArray(content)) return item;
  const today = (part: { type?: unknown } | null) => LEGACY_PARTS.get(part?.type)?.get(role);
  if (!content.some(today)) return item;
  return { ...item, content: content.map((part) => (today(part) ? { ...part, type: today(part) } : part)) };
}
