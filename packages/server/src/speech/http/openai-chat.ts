// Language model over `/v1/chat/completions`: the conversation as messages, the answer as a stream of chunks.
// https://platform.openai.com/docs/api-reference/chat
//
// `/v1/responses`: `openai-responses.ts`; the thinker that uses either: `openai-think.ts`.

import { randomUUID } from 'node:crypto';
import type { McpCallItem, MessageItem, RealtimeConversationItem } from '@colloquy/protocol';
import type { ThinkEvent, ThinkRequest } from '../ports.ts';
import { endpointError, knownReason } from './endpoint-fault.ts';
import { field, listField, textField } from './json-fields.ts';
import { type AnswerReader, type ParsedRecord, usageOf } from './openai-answer.ts';
import type { NamedTool, ToolNames } from './tool-names.ts';

/** What a request may contain, as configured. */
export interface ModelOptions {
  readonly model: string;
  /** Sends images. Otherwise a text says that there was one. */
  readonly images: boolean;
  /** Sends tools. */
  readonly tools: boolean;
  /** Name of the token limit. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
}

// ---- Request ----

/** The body of a request. */
export function chatBody(
  { config, context }: ThinkRequest,
  names: ToolNames,
  options: ModelOptions,
): Record<string, unknown> {
  const functions = options.tools ? names.tools.map(chatFunction) : [];
  const maxTokens = config.max_output_tokens;
  return {
    model: options.model,
    stream: true,
    stream_options: { include_usage: true },
    messages: chatMessages(config.instructions, context, names, options.images),
    ...(functions.length > 0 && {
      tools: functions,
      tool_choice: chatChoice(names.choice),
      ...(config.parallel_tool_calls !== undefined && { parallel_tool_calls: config.parallel_tool_calls }),
    }),
    ...(maxTokens !== 'inf' && { [options.maxTokensField]: maxTokens }),
    ...(config.temperature !== undefined && { temperature: config.temperature }),
    ...(config.reasoning?.effort !== undefined && { reasoning_effort: config.reasoning.effort }),
  };
}

function chatFunction({ modelName: name, tool }: NamedTool): object {
  const { description, parameters = { type: 'object', properties: {} } } = tool;
  return { type: 'function', function: { name, ...(description !== undefined && { description }), parameters } };
}

const chatChoice = (choice: ToolNames['choice']): unknown =>
  typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.modelName } };

type ChatMessage = { role: string; content: unknown; tool_calls?: object[]; tool_call_id?: string };

/**
 * Converts the conversation to messages. The API requires outputs directly after the message with their calls, so
 * adjacent calls become one message, and their outputs move behind it.
 */
function chatMessages(
  instructions: string,
  context: readonly RealtimeConversationItem[],
  names: ToolNames,
  images: boolean,
): ChatMessage[] {
  const messages: ChatMessage[] = instructions === '' ? [] : [{ role: 'system', content: instructions }];
  const outputs = new Map<string, string>();
  for (const item of context) if (item.type === 'function_call_output') outputs.set(item.call_id, item.output);
  for (let at = 0; at < context.length; at++) {
    const item = context[at] as RealtimeConversationItem;
    if (item.type === 'message') {
      const content = chatContent(item, images);
      if (content !== undefined) messages.push({ role: item.role, content });
      continue;
    }
    const group: MadeCall[] = [];
    const callAt = (next: RealtimeConversationItem | undefined) => madeCall(next, outputs, names);
    for (let call = callAt(item); call; call = callAt(context[at + 1])) {
      if (group.length > 0) at += 1;
      group.push(call);
    }
    if (group.length > 0) addCalls(messages, group);
  }
  return messages;
}

/** Output of a call whose output has not arrived: an endpoint rejects a call without one. */
export const PENDING_OUTPUT =
  'The output of this call has not arrived yet. It is on its way: do not make the call again.';

interface MadeCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  readonly output: string;
}

/** A call and its output: a function call of the model, or a call of an MCP tool. */
function madeCall(
  item: RealtimeConversationItem | undefined,
  outputs: ReadonlyMap<string, string>,
  names: ToolNames,
): MadeCall | undefined {
  if (item?.type === 'function_call' && item.call_id !== undefined) {
    const output = outputs.get(item.call_id) ?? PENDING_OUTPUT;
    return { id: item.call_id, name: item.name, arguments: item.arguments || '{}', output };
  }
  if (item?.type === 'mcp_call' && item.id !== undefined) {
    const name = names.nameOf(item.name, item.server_label);
    return { id: item.id, name, arguments: item.arguments || '{}', output: outcomeOf(item) };
  }
  return undefined;
}

/** The output of an MCP call, as the model gets it. */
export const outcomeOf = ({ output, error }: McpCallItem): string =>
  output ??
  (error ? `The call failed: ${typeof error.message === 'string' ? error.message : 'no reason is known'}` : '');

/**
 * Adds calls to the assistant's message directly before them, if there is one: some endpoints require a single message.
 */
function addCalls(messages: ChatMessage[], calls: readonly MadeCall[]): void {
  const tool_calls = calls.map(({ id, name, arguments: text }) => ({
    id,
    type: 'function',
    function: { name, arguments: text },
  }));
  const last = messages.at(-1);
  if (last?.role === 'assistant' && !last.tool_calls) last.tool_calls = tool_calls;
  else messages.push({ role: 'assistant', content: null, tool_calls });
  for (const { id, output } of calls) messages.push({ role: 'tool', tool_call_id: id, content: output });
}

/** The content of a message: a string if it is text only, because some endpoints accept nothing else. */
function chatContent(message: MessageItem, images: boolean): unknown {
  const parts: object[] = [];
  const texts: string[] = [];
  const addText = (text: string | null | undefined) => {
    if (!text) return;
    texts.push(text);
    parts.push({ type: 'text', text });
  };
  for (const part of message.content) {
    switch (part.type) {
      case 'input_text':
      case 'output_text':
        addText(part.text);
        break;
      case 'input_audio':
        addText(part.transcript || INAUDIBLE);
        break;
      case 'output_audio':
        addText(part.transcript);
        break;
      case 'input_image':
        if (!images) addText(UNSEEN);
        else if (part.image_url !== undefined)
          parts.push({ type: 'image_url', image_url: { url: part.image_url, detail: part.detail ?? 'auto' } });
    }
  }
  if (parts.length === 0) return undefined;
  return texts.length === parts.length ? texts.join('\n') : parts;
}

/** Text for audio without a transcript, and for images that are not sent. */
export const INAUDIBLE = '[inaudible]';
export const UNSEEN = '[an image that cannot be shown]';

// ---- Answer ----

interface OpenCall {
  /** The endpoint's id of the call, or ''. */
  readonly endpointId: string;
  /** The session's id of the call: the same, unless it is missing or already used. */
  readonly call_id: string;
  isEmitted: boolean;
  /** Arguments that arrived before the name. */
  pendingArguments: string;
}

const REASONING_FIELDS = ['reasoning_content', 'reasoning', 'thinking'];
const REASONS: ReadonlyMap<unknown, 'max_output_tokens' | 'content_filter'> = new Map([
  ['length', 'max_output_tokens'],
  ['content_filter', 'content_filter'],
] as const);

/** Reads the chunks of an answer, or one that is not streamed. */
export function chatReader(names: ToolNames): AnswerReader {
  const all: OpenCall[] = [];
  const byIndex = new Map<number, OpenCall>();
  const taken = new Set<string>();
  let latest: OpenCall | undefined;
  let finish: string | undefined;

  function open(endpointId: string): OpenCall {
    const isUsable = endpointId !== '' && endpointId.length <= 64 && !taken.has(endpointId);
    const call_id = isUsable ? endpointId : `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
    taken.add(call_id);
    const call = { endpointId, call_id, isEmitted: false, pendingArguments: '' };
    all.push(call);
    return call;
  }

  /** The call that a chunk belongs to. Indexes may have gaps, be missing, or be equal for calls with different ids. */
  function callOf(piece: unknown): OpenCall {
    const index = field(piece, 'index');
    const id = textField(piece, 'id');
    const isNumbered = typeof index === 'number';
    const known = isNumbered ? byIndex.get(index) : latest;
    const isNamedAnew = known?.isEmitted === true && nameOf(piece) !== '';
    const isAnother = isNamedAnew && (id === '' ? !isNumbered : id !== known.endpointId);
    if (known && !isAnother) return known;
    const opened = open(id);
    if (isNumbered) byIndex.set(index, opened);
    return opened;
  }

  function readCall(piece: unknown): ThinkEvent[] {
    const call = callOf(piece);
    latest = call;
    const name = nameOf(piece);
    const written = field(field(piece, 'function'), 'arguments');
    // Some endpoints send the arguments as one whole object.
    const delta = typeof written === 'string' ? written : written ? JSON.stringify(written) : '';
    const events: ThinkEvent[] = [];
    if (!call.isEmitted) {
      call.pendingArguments += delta;
      if (name === '') return [];
      call.isEmitted = true;
      events.push(names.call(name, call.call_id));
      if (call.pendingArguments !== '')
        events.push({ type: 'arguments.delta', delta: call.pendingArguments, call_id: call.call_id });
    } else if (delta !== '') {
      events.push({ type: 'arguments.delta', delta, call_id: call.call_id });
    }
    return events;
  }

  function read(value: unknown): ParsedRecord {
    const error = field(value, 'error');
    if (error !== undefined && error !== null) throw reportedError(error);
    const choice = listField(value, 'choices').find((each) => (field(each, 'index') ?? 0) === 0);
    const message = field(choice, 'delta') ?? field(choice, 'message');
    const events: ThinkEvent[] = [];
    for (const name of ['content', 'refusal']) {
      const delta = textField(message, name);
      if (delta !== '') events.push({ type: 'text.delta', delta });
    }
    const pieces = listField(message, 'tool_calls');
    for (const piece of pieces) events.push(...readCall(piece));
    const finishReason = textField(choice, 'finish_reason');
    if (finishReason !== '') finish = finishReason;
    const usage = usageOf(field(value, 'usage'), 'chat');
    if (usage) events.push({ type: 'usage', usage });
    const isAtWork = REASONING_FIELDS.some((name) => textField(message, name) !== '');
    const isData = events.length > 0 || pieces.length > 0 || finishReason !== '' || isAtWork;
    return { events, isData, isComplete: finishReason !== '' };
  }

  return {
    read,
    end(isDone) {
      if (all.some((call) => !call.isEmitted)) return [failedCall()];
      if (finish === undefined && !isDone) throw endpointError('think', { fault: 'cut' });
      const reason = REASONS.get(finish);
      return [reason ? { type: 'done', reason } : { type: 'done' }];
    },
  };
}

const nameOf = (piece: unknown): string => textField(field(piece, 'function'), 'name');

/** An error inside an answer that started with status 200. */
export function reportedError(error: unknown): Error {
  const word = knownReason(error);
  return endpointError('think', {
    fault: 'content',
    reason: `reported an error${word === undefined ? '' : ` (${word})`}`,
  });
}

export const failedCall = (): ThinkEvent => ({
  type: 'failed',
  error: { code: 'invalid_tool_call', message: 'The think endpoint called a function without a name.' },
});
