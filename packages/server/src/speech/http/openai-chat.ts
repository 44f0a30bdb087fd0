// A language model asked through `/v1/chat/completions`: a conversation as messages, a stream of chunks as an answer.
// https://platform.openai.com/docs/api-reference/chat
//
// `/v1/responses` is `openai-responses.ts`; the thinker that uses either, `openai-think.ts`.

import { randomUUID } from 'node:crypto';
import type { McpCallItem, MessageItem, RealtimeConversationItem } from '@colloquy/protocol';
import type { ThinkRequest, Thought } from '../ports.ts';
import { field, listField, textField } from './json-fields.ts';
import { type AnswerReader, type Heard, usageOf } from './openai-answer.ts';
import { knownReason, stageError } from './stage-fault.ts';
import type { NamedTool, ToolNames } from './tool-names.ts';

/** What a model can be asked, as configured. */
export interface AskOptions {
  readonly model: string;
  /** Whether it is shown images. Without them it is told that there was one. */
  readonly images: boolean;
  /** Whether it is offered functions. */
  readonly tools: boolean;
  /** What the endpoint calls the limit of tokens. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
}

// ---- What is asked ----

/** The body of a request, as data. */
export function chatBody(
  { config, context }: ThinkRequest,
  names: ToolNames,
  options: AskOptions,
): Record<string, unknown> {
  const functions = options.tools ? names.tools.map(chatFunction) : [];
  const most = config.max_output_tokens;
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
    ...(most !== 'inf' && { [options.maxTokensField]: most }),
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
 * The conversation as messages. The interface wants every call answered right behind the message that makes it: calls that
 * stand together become one message, and their outputs are brought up behind it.
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
    const together: MadeCall[] = [];
    const made = (next: RealtimeConversationItem | undefined) => madeCall(next, outputs, names);
    for (let call = made(item); call; call = made(context[at + 1])) {
      if (together.length > 0) at += 1;
      together.push(call);
    }
    if (together.length > 0) addCalls(messages, together);
  }
  return messages;
}

/** What stands for the output of a call that has not come yet: an endpoint refuses a call without one. */
export const PENDING = 'The output of this call has not arrived yet. It is on its way: do not make the call again.';

interface MadeCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  readonly output: string;
}

/** A call and what came of it: the model's own, or one that was made for it on an MCP server. */
function madeCall(
  item: RealtimeConversationItem | undefined,
  outputs: ReadonlyMap<string, string>,
  names: ToolNames,
): MadeCall | undefined {
  if (item?.type === 'function_call' && item.call_id !== undefined) {
    const output = outputs.get(item.call_id) ?? PENDING;
    return { id: item.call_id, name: item.name, arguments: item.arguments || '{}', output };
  }
  if (item?.type === 'mcp_call' && item.id !== undefined) {
    const name = names.nameOf(item.name, item.server_label);
    return { id: item.id, name, arguments: item.arguments || '{}', output: outcomeOf(item) };
  }
  return undefined;
}

/** What a model is told that came of a call on an MCP server. */
export const outcomeOf = ({ output, error }: McpCallItem): string =>
  output ??
  (error ? `The call failed: ${typeof error.message === 'string' ? error.message : 'no reason is known'}` : '');

/** Adds calls, to what the assistant said before if that is what came before: some endpoints want the two in one message. */
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

/** What a message says: text where it is no more than that, since some endpoints take nothing else. */
function chatContent(message: MessageItem, images: boolean): unknown {
  const parts: object[] = [];
  const words: string[] = [];
  const say = (text: string | null | undefined) => {
    if (!text) return;
    words.push(text);
    parts.push({ type: 'text', text });
  };
  for (const part of message.content) {
    switch (part.type) {
      case 'input_text':
      case 'output_text':
        say(part.text);
        break;
      case 'input_audio':
        say(part.transcript || INAUDIBLE);
        break;
      case 'output_audio':
        say(part.transcript);
        break;
      case 'input_image':
        if (!images) say(UNSEEN);
        else if (part.image_url !== undefined)
          parts.push({ type: 'image_url', image_url: { url: part.image_url, detail: part.detail ?? 'auto' } });
    }
  }
  if (parts.length === 0) return undefined;
  return words.length === parts.length ? words.join('\n') : parts;
}

/** What a model is told of speech whose words nobody knows, and of images it is not shown. */
export const INAUDIBLE = '[inaudible]';
export const UNSEEN = '[an image that cannot be shown]';

// ---- What is answered ----

interface OpenCall {
  /** The endpoint's name for it, where it gave one. */
  readonly given: string;
  /** Ours towards the session: the same, unless it is missing or taken. */
  readonly call_id: string;
  isTold: boolean;
  /** Arguments that came before the name. */
  held: string;
}

const WORDS_OF_THOUGHT = ['reasoning_content', 'reasoning', 'thinking'];
const REASONS: ReadonlyMap<unknown, 'max_output_tokens' | 'content_filter'> = new Map([
  ['length', 'max_output_tokens'],
  ['content_filter', 'content_filter'],
] as const);

/** Reads the chunks of an answer, or a whole one. */
export function chatReader(names: ToolNames): AnswerReader {
  const all: OpenCall[] = [];
  const byIndex = new Map<number, OpenCall>();
  const taken = new Set<string>();
  let latest: OpenCall | undefined;
  let finish: string | undefined;

  function open(given: string): OpenCall {
    const isUsable = given !== '' && given.length <= 64 && !taken.has(given);
    const call_id = isUsable ? given : `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
    taken.add(call_id);
    const call = { given, call_id, isTold: false, held: '' };
    all.push(call);
    return call;
  }

  /** The call a piece belongs to. Indexes may have gaps, be missing, or be the same for calls whose ids differ. */
  function callOf(piece: unknown): OpenCall {
    const index = field(piece, 'index');
    const id = textField(piece, 'id');
    const isNumbered = typeof index === 'number';
    const known = isNumbered ? byIndex.get(index) : latest;
    const isNamedAnew = known?.isTold === true && nameOf(piece) !== '';
    const isAnother = isNamedAnew && (id === '' ? !isNumbered : id !== known.given);
    if (known && !isAnother) return known;
    const made = open(id);
    if (isNumbered) byIndex.set(index, made);
    return made;
  }

  function hearCall(piece: unknown): Thought[] {
    const call = callOf(piece);
    latest = call;
    const name = nameOf(piece);
    const written = field(field(piece, 'function'), 'arguments');
    // Some endpoints give arguments as an object, which is then all of them.
    const delta = typeof written === 'string' ? written : written ? JSON.stringify(written) : '';
    const thoughts: Thought[] = [];
    if (!call.isTold) {
      call.held += delta;
      if (name === '') return [];
      call.isTold = true;
      thoughts.push(names.call(name, call.call_id));
      if (call.held !== '') thoughts.push({ type: 'arguments.delta', delta: call.held, call_id: call.call_id });
    } else if (delta !== '') {
      thoughts.push({ type: 'arguments.delta', delta, call_id: call.call_id });
    }
    return thoughts;
  }

  function hear(value: unknown): Heard {
    const error = field(value, 'error');
    if (error !== undefined && error !== null) throw reported(error);
    const choice = listField(value, 'choices').find((each) => (field(each, 'index') ?? 0) === 0);
    const said = field(choice, 'delta') ?? field(choice, 'message');
    const thoughts: Thought[] = [];
    for (const name of ['content', 'refusal']) {
      const delta = textField(said, name);
      if (delta !== '') thoughts.push({ type: 'text.delta', delta });
    }
    const pieces = listField(said, 'tool_calls');
    for (const piece of pieces) thoughts.push(...hearCall(piece));
    const ending = textField(choice, 'finish_reason');
    if (ending !== '') finish = ending;
    const usage = usageOf(field(value, 'usage'), 'chat');
    if (usage) thoughts.push({ type: 'usage', usage });
    const isAtWork = WORDS_OF_THOUGHT.some((name) => textField(said, name) !== '');
    const isData = thoughts.length > 0 || pieces.length > 0 || ending !== '' || isAtWork;
    return { thoughts, isData, isWhole: ending !== '' };
  }

  return {
    hear,
    end(isDone) {
      if (all.some((call) => !call.isTold)) return [failedCall()];
      if (finish === undefined && !isDone) throw stageError('think', { fault: 'cut' });
      const reason = REASONS.get(finish);
      return [reason ? { type: 'done', reason } : { type: 'done' }];
    },
  };
}

const nameOf = (piece: unknown): string => textField(field(piece, 'function'), 'name');

/** An error told inside an answer that had begun well. */
export function reported(error: unknown): Error {
  const word = knownReason(error);
  return stageError('think', {
    fault: 'content',
    reason: `reported an error${word === undefined ? '' : ` (${word})`}`,
  });
}

export const failedCall = (): Thought => ({
  type: 'failed',
  error: { code: 'invalid_tool_call', message: 'The think endpoint called a function without a name.' },
});
