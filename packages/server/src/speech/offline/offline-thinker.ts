// Thinker without a language model: a few rules, deterministic. For demonstrations and tests; its answers say so.

import type {
  FunctionCallItem,
  FunctionCallOutputItem,
  MessageItem,
  RealtimeConversationItem,
} from '@colloquy/protocol';
import { splitWords } from '@colloquy/session';
import { toolNames } from '../http/tool-names.ts';
import type { ThinkEvent, Thinker, ThinkRequest } from '../ports.ts';
import { RULES, type Talk } from './offline-rules.ts';
import { callOf, findCall, type ToolCall } from './tool-call.ts';

export interface OfflineThinkerOptions {
  /** The current time in the user's zone. @default the system's clock and zone */
  now?: () => Date;
}

const GREETING = "Hello. I am Colloquy's offline demonstration. How can I help you?";
const STILL_THERE = 'Are you still there?';

/**
 * Answers the latest user message by the rules of `offline-rules.ts`. Calls a tool that the message asks for, once, and
 * then reports its result. A word counts as a token for `max_output_tokens`.
 */
export function offlineThinker({ now = () => new Date() }: OfflineThinkerOptions = {}): Thinker {
  return {
    name: 'offline',
    capabilities: { tools: true, images: false },
    async *think(request, { signal }) {
      for (const event of answerEvents(request, now())) {
        if (signal.aborted) return;
        yield event;
      }
    },
  };
}

function* answerEvents({ config, tools, context }: ThinkRequest, now: Date): Generator<ThinkEvent> {
  const at = context.findLastIndex((item) => item.type === 'message' && item.role === 'user');
  const since = context.slice(at + 1);
  const user = context[at] as MessageItem | undefined;
  const text = user ? textOf(user) : '';

  const call = callFor(tools, config.tool_choice, text, since);
  if (call) {
    const { arguments: delta, ...named } = call;
    yield { type: 'call', ...named };
    yield { type: 'arguments.delta', delta };
    yield { type: 'done' };
    return;
  }
  const answer = answerTo(context, at, text, config.instructions, now);
  const words = splitWords(answer.trimEnd());
  const maxWords = config.max_output_tokens === 'inf' ? words.length : config.max_output_tokens;
  for (const delta of words.slice(0, maxWords)) yield { type: 'text.delta', delta };
  yield words.length > maxWords ? { type: 'done', reason: 'max_output_tokens' } : { type: 'done' };
}

// ---- Calls ----

function callFor(
  offered: ThinkRequest['tools'],
  choice: ThinkRequest['config']['tool_choice'],
  text: string,
  since: readonly RealtimeConversationItem[],
): ToolCall | undefined {
  const tools = toolNames(offered, choice).tools.map(({ tool }) => tool);
  const [first] = tools;
  if (!first || choice === 'none') return undefined;
  const requested = findCall(text, tools);
  if (choice !== 'auto') return requested ?? callOf(first, text);
  // One call per user message; after it, the result is reported.
  return since.some((item) => CALLS.has(item.type)) ? undefined : requested;
}

/** Items that represent a call, made or waiting for approval. */
const CALLS: ReadonlySet<string> = new Set(['function_call', 'mcp_call', 'mcp_approval_request']);

/** The results of calls as text. */
function outcomeText(since: readonly RealtimeConversationItem[]): string | undefined {
  const results = since.flatMap((item) => {
    if (item.type === 'function_call_output') return [resultOf(nameOf(item, since), item.output)];
    if (item.type !== 'mcp_call') return [];
    return [item.output == null ? `The ${titleOf(item.name)} could not be had.` : resultOf(item.name, item.output)];
  });
  return results.length === 0 ? undefined : results.join(' ');
}

const resultOf = (name: string, output: string): string => `Here is the ${titleOf(name)}: ${readableText(output)}.`;

function nameOf({ call_id }: FunctionCallOutputItem, since: readonly RealtimeConversationItem[]): string {
  const call = since.find(
    (item): item is FunctionCallItem => item.type === 'function_call' && item.call_id === call_id,
  );
  return call?.name ?? 'result';
}

const titleOf = (name: string): string => name.replaceAll(/[_-]+/g, ' ').replace(/^(?:get|fetch|lookup|find) /, '');

/** JSON without punctuation, for reading aloud; from the first 300 characters. */
const readableText = (output: string): string =>
  output
    .slice(0, 300)
    .replaceAll(/[{}[\]"]+/g, ' ')
    .replaceAll(/(?<=\w)_(?=\w)/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?: |:(?=\S)(?<!\d:)/g, ' ')
    .replaceAll(/ +/g, ' ')
    .replaceAll(/ ([,.])/g, '$1')
    .replace(/(?<![.\s])[.\s]+$/, '')
    .trim();

// ---- Words ----

/** Characters of a message that are examined: the rules are made for sentences, and some are slow on long texts. */
const MAX_MESSAGE_CHARS = 2000;

/** Text parts and transcripts of a message. */
function textOf(message: MessageItem): string {
  const texts = message.content.map((part) => {
    if (part.type === 'input_text' || part.type === 'output_text') return part.text;
    return part.type === 'input_audio' || part.type === 'output_audio' ? part.transcript : undefined;
  });
  return texts
    .filter((text) => typeof text === 'string' && text !== '')
    .join(' ')
    .slice(0, MAX_MESSAGE_CHARS);
}

/** The greeting from the instructions (`Say "…"`), or our own. */
function greeting(instructions: string): string {
  const [, text = ''] = /^\W*say\b[\s:]+([^\s:].*)$/is.exec(instructions) ?? [];
  const unquoted = text.trim().replace(/^["']/, '').replace(/["']$/, '');
  return unquoted === '' ? GREETING : unquoted;
}

const isMessageOf =
  (role: MessageItem['role']) =>
  (item: RealtimeConversationItem): item is MessageItem =>
    item.type === 'message' && item.role === role;

function answerTo(
  context: readonly RealtimeConversationItem[],
  at: number,
  text: string,
  instructions: string,
  now: Date,
): string {
  const callResults = outcomeText(context.slice(at + 1));
  if (callResults !== undefined) return callResults;
  if (at < 0) return greeting(instructions.slice(0, 1000));
  const user = context[at] as MessageItem;
  if (text === '' && user.content.some(({ type }) => type === 'input_image')) {
    return 'I cannot look at pictures: I am a demonstration without a language model.';
  }
  const previous = context[at - 1];
  if (text === '' && previous && isMessageOf('system')(previous)) return STILL_THERE;
  const talk: Talk = {
    text,
    before: context.slice(0, at).filter(isMessageOf('user')).map(textOf),
    lastAnswer: context.slice(0, at).filter(isMessageOf('assistant')).map(textOf).at(-1) ?? '',
    now,
  };
  for (const rule of RULES) {
    const answer = rule(talk);
    if (answer !== undefined) return answer;
  }
  return GREETING;
}
