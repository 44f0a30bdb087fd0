// Language model over `/v1/responses`: items in, named events out. The endpoint stores nothing; each request contains
// the whole conversation. https://platform.openai.com/docs/api-reference/responses
//
// `/v1/chat/completions`: `openai-chat.ts`; the thinker that uses either: `openai-think.ts`.

import { randomUUID } from 'node:crypto';
import type { FunctionCallItem, MessageItem, RealtimeConversationItem } from '@colloquy/protocol';
import type { ThinkEvent, ThinkRequest } from '../ports.ts';
import { endpointError } from './endpoint-fault.ts';
import { field, textField } from './json-fields.ts';
import { type AnswerReader, type ParsedRecord, usageOf } from './openai-answer.ts';
import {
  failedCall,
  INAUDIBLE,
  type ModelOptions,
  outcomeOf,
  PENDING_OUTPUT,
  reportedError,
  UNSEEN,
} from './openai-chat.ts';
import type { NamedTool, ToolNames } from './tool-names.ts';

// ---- Request ----

/** The body of a request. */
export function responsesBody(
  { config, context }: ThinkRequest,
  names: ToolNames,
  options: ModelOptions,
): Record<string, unknown> {
  const functions = options.tools ? names.tools.map(responsesFunction) : [];
  const answeredCalls = new Set(
    context.flatMap((item) => (item.type === 'function_call_output' ? [item.call_id] : [])),
  );
  const maxTokens = config.max_output_tokens;
  return {
    model: options.model,
    stream: true,
    store: false,
    ...(config.instructions !== '' && { instructions: config.instructions }),
    input: context.flatMap((item) => [
      ...responsesItem(item, names, options.images),
      ...(item.type === 'function_call' ? pendingOutput(item, answeredCalls) : []),
    ]),
    ...(functions.length > 0 && {
      tools: functions,
      tool_choice: responsesChoice(names.choice),
      ...(config.parallel_tool_calls !== undefined && { parallel_tool_calls: config.parallel_tool_calls }),
    }),
    ...(maxTokens !== 'inf' && { max_output_tokens: maxTokens }),
    ...(config.temperature !== undefined && { temperature: config.temperature }),
    ...(config.reasoning?.effort !== undefined && { reasoning: { effort: config.reasoning.effort } }),
  };
}

function responsesFunction({ modelName: name, tool }: NamedTool): object {
  const { description, parameters = { type: 'object', properties: {} } } = tool;
  // If absent, the endpoint requires stricter schemas than the Realtime API does.
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

/** An output for a call that has none yet, because the endpoint rejects a call without one. */
function pendingOutput({ call_id }: FunctionCallItem, answeredCalls: ReadonlySet<string>): object[] {
  if (call_id === undefined || answeredCalls.has(call_id)) return [];
  return [{ type: 'function_call_output', call_id, output: PENDING_OUTPUT }];
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

// ---- Answer ----

/** Events without content, which do not restart the idle timeout. */
const KEEPALIVE_EVENTS: ReadonlySet<string> = new Set([
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

/** Reads the events of an answer, or one that is not streamed. */
export function responsesReader(names: ToolNames): AnswerReader {
  const calls = new Map<string, OpenCall>();
  let hasText = false;
  let ending: ThinkEvent | undefined;

  /** Identifies a call by its item's id, or by its index if the endpoint omits the id. */
  const keyOf = (event: unknown, id: string) => id || `#${String(field(event, 'output_index'))}`;

  function readItem(event: unknown, item: unknown): ThinkEvent[] {
    if (textField(item, 'type') !== 'function_call') return [];
    const key = keyOf(event, textField(item, 'id'));
    const known = calls.get(key);
    const delta = textField(item, 'arguments');
    if (known) return known.hasArguments ? [] : argumentEvents(known, delta);
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
    return [names.call(name, call.call_id), ...argumentEvents(call, delta)];
  }

  function argumentEvents(call: OpenCall | undefined, delta: string): ThinkEvent[] {
    if (!call || delta === '') return [];
    call.hasArguments = true;
    return [{ type: 'arguments.delta', delta, call_id: call.call_id }];
  }

  /** Reads the final response, with whatever was not streamed before. */
  function readEnd(response: unknown): ThinkEvent[] {
    const events: ThinkEvent[] = [];
    const output = field(response, 'output');
    for (const [index, item] of (Array.isArray(output) ? output : []).entries()) {
      events.push(...readItem({ output_index: index }, item));
      const content = field(item, 'content');
      if (hasText || textField(item, 'type') !== 'message' || !Array.isArray(content)) continue;
      for (const part of content) {
        const delta = textField(part, 'text') || textField(part, 'refusal');
        if (delta !== '') events.push({ type: 'text.delta', delta });
      }
    }
    const usage = usageOf(field(response, 'usage'), 'responses');
    if (usage) events.push({ type: 'usage', usage });
    const status = textField(response, 'status');
    if (status === 'failed') throw reportedError(field(response, 'error'));
    const incompleteReason = textField(field(response, 'incomplete_details'), 'reason');
    const reason = incompleteReason === 'content_filter' ? incompleteReason : 'max_output_tokens';
    ending ??= status === 'incomplete' ? { type: 'done', reason } : { type: 'done' };
    return events;
  }

  function eventsOf(type: string, event: unknown): ThinkEvent[] {
    switch (type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta': {
        const delta = textField(event, 'delta');
        hasText ||= delta !== '';
        return delta === '' ? [] : [{ type: 'text.delta', delta }];
      }
      case 'response.output_item.added':
      case 'response.output_item.done':
        return readItem(event, field(event, 'item'));
      case 'response.function_call_arguments.delta':
        return argumentEvents(calls.get(keyOf(event, textField(event, 'item_id'))), textField(event, 'delta'));
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        return readEnd(field(event, 'response'));
      case 'error':
        throw reportedError(field(event, 'error') ?? event);
      default:
        return [];
    }
  }

  function read(event: unknown): ParsedRecord {
    const error = field(event, 'error');
    const type = textField(event, 'type');
    if (type === '' && error !== undefined && error !== null) throw reportedError(error);
    // An answer that is not streamed is the response object itself.
    const isResponse = textField(event, 'object') === 'response';
    const events = isResponse ? readEnd(event) : eventsOf(type, event);
    return { events, isData: isResponse || !KEEPALIVE_EVENTS.has(type), isComplete: ending !== undefined };
  }

  return {
    read,
    end(isDone) {
      if (!ending && !isDone) throw endpointError('think', { fault: 'cut' });
      return [ending ?? { type: 'done' }];
    },
  };
}
