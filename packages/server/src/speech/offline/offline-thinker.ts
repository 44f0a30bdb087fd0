// The thinker that needs nothing: a handful of rules, no language model, the same answer to the same words always. For
// demonstrations and tests; it says so itself.

import type {
  FunctionCallItem,
  FunctionCallOutputItem,
  MessageItem,
  RealtimeConversationItem,
} from '@colloquy/protocol';
import { splitWords } from '../../engines/split-words.ts';
import { toolNames } from '../http/tool-names.ts';
import type { Thinker, ThinkRequest, Thought } from '../ports.ts';
import { RULES, type Talk } from './offline-rules.ts';
import { callAskedFor, callOf, type ToolCall } from './tool-call.ts';

export interface OfflineThinkerOptions {
  /** What time it is, where the user is. @default the system's clock and zone */
  now?: () => Date;
}

const GREETING = "Hello. I am Colloquy's offline demonstration. How can I help you?";
const STILL_THERE = 'Are you still there?';

/**
 * Answers the latest words of the user by the rules of `offline-rules.ts`; calls a function that the words ask for, once, and
 * then tells what came of it. Counts a word as a token: stops with `max_output_tokens` after that many.
 */
export function offlineThinker({ now = () => new Date() }: OfflineThinkerOptions = {}): Thinker {
  return {
    name: 'offline',
    capabilities: { tools: true, images: false },
    async *think(request, { signal }) {
      for (const thought of thoughts(request, now())) {
        if (signal.aborted) return;
        yield thought;
      }
    },
  };
}

function* thoughts({ config, tools, context }: ThinkRequest, now: Date): Generator<Thought> {
  const at = context.findLastIndex((item) => item.type === 'message' && item.role === 'user');
  const since = context.slice(at + 1);
  const user = context[at] as MessageItem | undefined;
  const said = user ? wordsOf(user) : '';

  const call = callFor(tools, config.tool_choice, said, since);
  if (call) {
    const { arguments: delta, ...named } = call;
    yield { type: 'call', ...named };
    yield { type: 'arguments.delta', delta };
    yield { type: 'done' };
    return;
  }
  const answer = answerTo(context, at, said, config.instructions, now);
  const words = splitWords(answer.trimEnd());
  const most = config.max_output_tokens === 'inf' ? words.length : config.max_output_tokens;
  for (const delta of words.slice(0, most)) yield { type: 'text.delta', delta };
  yield words.length > most ? { type: 'done', reason: 'max_output_tokens' } : { type: 'done' };
}

// ---- Calls ----

function callFor(
  offered: ThinkRequest['tools'],
  choice: ThinkRequest['config']['tool_choice'],
  said: string,
  since: readonly RealtimeConversationItem[],
): ToolCall | undefined {
  const tools = toolNames(offered, choice).tools.map(({ tool }) => tool);
  const [first] = tools;
  if (!first || choice === 'none') return undefined;
  const asked = callAskedFor(said, tools);
  if (choice !== 'auto') return asked ?? callOf(first, said);
  // One call for one question: after that its outcome is told.
  return since.some((item) => CALLS.has(item.type)) ? undefined : asked;
}

/** What stands for a call, made or waiting to be allowed. */
const CALLS: ReadonlySet<string> = new Set(['function_call', 'mcp_call', 'mcp_approval_request']);

/** What a call came to, in words. */
function outcome(since: readonly RealtimeConversationItem[]): string | undefined {
  const told = since.flatMap((item) => {
    if (item.type === 'function_call_output') return [resultOf(nameOf(item, since), item.output)];
    if (item.type !== 'mcp_call') return [];
    return [item.output == null ? `The ${titleOf(item.name)} could not be had.` : resultOf(item.name, item.output)];
  });
  return told.length === 0 ? undefined : told.join(' ');
}

const resultOf = (name: string, output: string): string => `Here is the ${titleOf(name)}: ${spoken(output)}.`;

function nameOf({ call_id }: FunctionCallOutputItem, since: readonly RealtimeConversationItem[]): string {
  const call = since.find(
    (item): item is FunctionCallItem => item.type === 'function_call' && item.call_id === call_id,
  );
  return call?.name ?? 'result';
}

const titleOf = (name: string): string => name.replaceAll(/[_-]+/g, ' ').replace(/^(?:get|fetch|lookup|find) /, '');

/** JSON without its signs, as it can be read aloud; at most some 300 characters. */
const spoken = (output: string): string =>
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

/** Looked at of one message, in characters: the rules are made for sentences, and some take their time over long ones. */
const LONGEST = 2000;

/** Text, and transcripts of audio. */
function wordsOf(message: MessageItem): string {
  const texts = message.content.map((part) => {
    if (part.type === 'input_text' || part.type === 'output_text') return part.text;
    return part.type === 'input_audio' || part.type === 'output_audio' ? part.transcript : undefined;
  });
  return texts
    .filter((text) => typeof text === 'string' && text !== '')
    .join(' ')
    .slice(0, LONGEST);
}

/** What the instructions ask to say first (`Say "…"`), or a greeting of our own. */
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
  said: string,
  instructions: string,
  now: Date,
): string {
  const told = outcome(context.slice(at + 1));
  if (told !== undefined) return told;
  if (at < 0) return greeting(instructions.slice(0, 1000));
  const user = context[at] as MessageItem;
  if (said === '' && user.content.some(({ type }) => type === 'input_image')) {
    return 'I cannot look at pictures: I am a demonstration without a language model.';
  }
  const previous = context[at - 1];
  if (said === '' && previous && isMessageOf('system')(previous)) return STILL_THERE;
  const talk: Talk = {
    said,
    before: context.slice(0, at).filter(isMessageOf('user')).map(wordsOf),
    answered: context.slice(0, at).filter(isMessageOf('assistant')).map(wordsOf).at(-1) ?? '',
    now,
  };
  for (const rule of RULES) {
    const answer = rule(talk);
    if (answer !== undefined) return answer;
  }
  return GREETING;
}
