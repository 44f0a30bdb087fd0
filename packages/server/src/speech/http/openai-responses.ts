// A language model asked through `/v1/responses`: items in, named events out. Nothing is kept at the endpoint: the
// conversation is ours, and sent whole each time.
// https://platform.openai.com/docs/api-reference/responses
//
// `/v1/chat/completions` is `openai-chat.ts`; the thinker that uses either, `openai-think.ts`.

import { randomUUID } from 'node:crypto';
import type { FunctionCallItem, MessageItem, RealtimeConversationItem } from '@colloquy/protocol';
import type { ThinkRequest, Thought } from '../ports.ts';
import { field, textField } from './json-fields.ts';
import { type AnswerReader, type Heard, usageOf } from './openai-answer.ts';
import { type AskOptions, failedCall, INAUDIBLE, outcomeOf, PENDING, reported, UNSEEN } from './openai-chat.ts';
import { stageError } from './stage-fault.ts';
import type { NamedTool, ToolNames } from './tool-names.ts';

// ---- What is asked ----

/** The body of a request, as data. */
export function responsesBody(
  { config, context }: ThinkRequest,
  names: ToolNames,
  options: AskOptions,
): Record<string, unknown> {
  const functions = options.tools ? names.tools.map(responsesFunction) : [];
  const answered = new Set(context.flatMap((item) => (item.type === 'function_call_output' ? [item.call_id] : [])));
  const most = config.max_output_tokens;
  return {
    model: options.model,
    stream: true,
    store: false,
    ...(config.instructions !== '' && { instructions: config.instructions }),
    input: context.flatMap((item) => [
      ...responsesItem(item, names, options.images),
      ...(item.type === 'function_call' ? standIn(item, answered) : []),
    ]),
    ...(functions.length > 0 && {
      tools: functions,
      tool_choice: responsesChoice(names.choice),
      ...(config.parallel_tool_calls !== undefined && { parallel_tool_calls: config.parallel_tool_calls }),
    }),
    ...(most !== 'inf' && { max_output_tokens: most }),
    ...(config.temperature !== undefined && { temperature: config.temperature }),
    ...(config.reasoning?.effort !== undefined && { reasoning: { effort: config.reasoning.effort } }),
  };
}

function responsesFunction({ modelName: name, tool }: NamedTool): object {
  const { description, parameters = { type: 'object', properties: {} } } = tool;
  // Without it the endpoint would demand schemas of a stricter kind than the Realtime API does.
  const strict = false;
  return { type: 'function', name, ...(description !== undefined && { description }), parameters, strict };
}

const responsesChoice = (choice: ToolNames['choice']): unknown =>
  typeof choice === 'string' ? choice : { type: 'function', name: choice.modelName };

function responsesItem(item: RealtimeConversationItem, names: ToolNames, images: boolean): object[] {
  switch (item.type) {
    case 'message': {
      const content = item.content.flatMap((part) => responsesPart(part, images));
      return content.length > 0 ? [{ type: 'message', role: item.role, content }] : [];
    }
    case 'function_call': {
      const { call_id, name } = item;
      return call_id === undefined ? [] : [{ type: item.type, call_id, name, arguments: item.arguments || '{}' }];
    }
    case 'function_call_output':
      return [{ type: item.type, call_id: item.call_id, output: item.output }];
    case 'mcp_call': {
      if (item.id === undefined) return [];
      const name = names.nameOf(item.name, item.server_label);
      return [
        { type: 'function_call', call_id: item.id, name, arguments: item.arguments || '{}' },
        { type: 'function_call_output', call_id: item.id, output: outcomeOf(item) },
      ];
    }
    default:
      return [];
  }
}

/** An output for a call that has none yet: the endpoint refuses a call without one. */
function standIn({ call_id }: FunctionCallItem, answered: ReadonlySet<string>): object[] {
  if (call_id === undefined || answered.has(call_id)) return [];
  return [{ type: 'function_call_output', call_id, output: PENDING }];
}

function responsesPart(part: MessageItem['content'][number], images: boolean): object[] {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return part.text ? [{ type: part.type, text: part.text }] : [];
    case 'input_audio':
      return [{ type: 'input_text', text: part.transcript || INAUDIBLE }];
    case 'output_audio':
      return part.transcript ? [{ type: 'output_text', text: part.transcript }] : [];
    case 'input_image':
      if (!images) return [{ type: 'input_text', text: UNSEEN }];
      return part.image_url === undefined
        ? []
        : [{ type: 'input_image', image_url: part.image_url, detail: part.detail ?? 'auto' }];
  }
}

// ---- What is answered ----

/** Events that only say that there is somebody: a stage which hears nothing else is stalled. */
const MERE_SIGNS: ReadonlySet<string> = new Set([
  '',
  'keepalive',
  'ping',
  'response.queued',
  'response.created',
  'response.in_progress',
]);

interface OpenCall {
  readonly call_id: string;
  hasArguments: boolean;
}

/** Reads the events of an answer, or a whole one. */
export function responsesReader(names: ToolNames): AnswerReader {
  const calls = new Map<string, OpenCall>();
  let hasText = false;
  let ending: Thought | undefined;

  /** Calls are known by their item's id, or by their place where the endpoint leaves that out. */
  const keyOf = (event: unknown, id: string) => id || `#${String(field(event, 'output_index'))}`;

  function hearItem(event: unknown, item: unknown): Thought[] {
    if (textField(item, 'type') !== 'function_call') return [];
    const key = keyOf(event, textField(item, 'id'));
    const known = calls.get(key);
    const delta = textField(item, 'arguments');
    if (known) return known.hasArguments ? [] : argue(known, delta);
    const name = textField(item, 'name');
    if (name === '') {
      ending = failedCall();
      return [];
    }
    const call = {
      call_id: textField(item, 'call_id').slice(0, 64) || `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
      hasArguments: false,
    };
    calls.set(key, call);
    return [names.call(name, call.call_id), ...argue(call, delta)];
  }

  function argue(call: OpenCall | undefined, delta: string): Thought[] {
    if (!call || delta === '') return [];
    call.hasArguments = true;
    return [{ type: 'arguments.delta', delta, call_id: call.call_id }];
  }

  /** The end, with what was not streamed before it. */
  function hearEnd(response: unknown): Thought[] {
    const thoughts: Thought[] = [];
    const output = field(response, 'output');
    for (const [index, item] of (Array.isArray(output) ? output : []).entries()) {
      thoughts.push(...hearItem({ output_index: index }, item));
      const content = field(item, 'content');
      if (hasText || textField(item, 'type') !== 'message' || !Array.isArray(content)) continue;
      for (const part of content) {
        const delta = textField(part, 'text') || textField(part, 'refusal');
        if (delta !== '') thoughts.push({ type: 'text.delta', delta });
      }
    }
    const usage = usageOf(field(response, 'usage'), 'responses');
    if (usage) thoughts.push({ type: 'usage', usage });
    const status = textField(response, 'status');
    if (status === 'failed') throw reported(field(response, 'error'));
    const why = textField(field(response, 'incomplete_details'), 'reason');
    const reason = why === 'content_filter' ? why : 'max_output_tokens';
    ending ??= status === 'incomplete' ? { type: 'done', reason } : { type: 'done' };
    return thoughts;
  }

  function thoughtsOf(type: string, event: unknown): Thought[] {
    switch (type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta': {
        const delta = textField(event, 'delta');
        hasText ||= delta !== '';
        return delta === '' ? [] : [{ type: 'text.delta', delta }];
      }
      case 'response.output_item.added':
      case 'response.output_item.done':
        return hearItem(event, field(event, 'item'));
      case 'response.function_call_arguments.delta':
        return argue(calls.get(keyOf(event, textField(event, 'item_id'))), textField(event, 'delta'));
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        return hearEnd(field(event, 'response'));
      case 'error':
        throw reported(field(event, 'error') ?? event);
      default:
        return [];
    }
  }

  function hear(event: unknown): Heard {
    const error = field(event, 'error');
    const type = textField(event, 'type');
    if (type === '' && error !== undefined && error !== null) throw reported(error);
    // An answer that is not streamed is the response itself.
    const isResponse = textField(event, 'object') === 'response';
    const thoughts = isResponse ? hearEnd(event) : thoughtsOf(type, event);
    return { thoughts, isData: isResponse || !MERE_SIGNS.has(type), isWhole: ending !== undefined };
  }

  return {
    hear,
    end(isDone) {
      if (!ending && !isDone) throw stageError('think', { fault: 'cut' });
      return [ending ?? { type: 'done' }];
    },
  };
}
