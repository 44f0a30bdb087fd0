// What the session does now, derived from its events: the text of the state pill.

import { frameOf, type LogRow } from '../log/log-row.ts';
import type { MicrophoneState } from './voice.ts';

/** What the events so far say. */
export interface TalkProgress {
  /** Whether the server hears the user speak. */
  readonly isHeard: boolean;
  /** The turn waits for its response. */
  readonly isAsked: boolean;
  /** Id of the response that runs. */
  readonly response: string | undefined;
  /** Whether it has said anything. */
  readonly hasOutput: boolean;
  /** Tools that were called and have not answered: name by id of the call. */
  readonly calls: ReadonlyMap<string, string>;
}

export const NOTHING_HAPPENED: TalkProgress = {
  isHeard: false,
  isAsked: false,
  response: undefined,
  hasOutput: false,
  calls: new Map(),
};

interface Fields {
  readonly type: string;
  readonly response?: { readonly id?: unknown };
  readonly item?: {
    readonly type?: unknown;
    readonly name?: unknown;
    readonly call_id?: unknown;
    readonly id?: unknown;
  };
}

/** The progress after one more row. Returns the same object if the row says nothing about it. */
export function afterRow(before: TalkProgress, row: LogRow): TalkProgress {
  const frame = frameOf(row);
  if (!frame) return before;
  const event = frame.event as unknown as Fields;
  return frame.from === 'client' ? afterClient(before, event) : afterServer(before, event);
}

function afterClient(before: TalkProgress, { type, item }: Fields): TalkProgress {
  if (type === 'response.create') return { ...before, isAsked: true };
  if (type === 'conversation.item.create' && item?.type === 'function_call_output')
    return { ...before, calls: without(before.calls, item.call_id) };
  return before;
}

function afterServer(before: TalkProgress, event: Fields): TalkProgress {
  const { type, response, item } = event;
  switch (type) {
    case 'session.created':
      return NOTHING_HAPPENED;
    case 'input_audio_buffer.speech_started':
      return { ...before, isHeard: true };
    case 'input_audio_buffer.speech_stopped':
      return { ...before, isHeard: false, isAsked: true };
    case 'input_audio_buffer.cleared':
      return { ...before, isHeard: false, isAsked: false };
    case 'response.created':
      return { ...before, isAsked: false, response: text(response?.id), hasOutput: false };
    case 'response.output_audio.delta':
    case 'response.output_audio_transcript.delta':
    case 'response.output_text.delta':
      return before.hasOutput ? before : { ...before, hasOutput: true };
    case 'response.done':
      return { ...before, response: undefined, hasOutput: false };
    case 'response.output_item.done':
      return item?.type === 'function_call'
        ? { ...before, calls: withCall(before.calls, item.call_id, item.name) }
        : before;
    case 'response.output_item.added':
      return item?.type === 'mcp_call' ? { ...before, calls: withCall(before.calls, item.id, item.name) } : before;
    case 'conversation.item.done':
      return item?.type === 'mcp_call' ? { ...before, calls: without(before.calls, item.id) } : before;
    case 'error':
      return { ...before, isAsked: false };
    default:
      return before;
  }
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

function withCall(calls: TalkProgress['calls'], id: unknown, name: unknown): TalkProgress['calls'] {
  return typeof id === 'string' ? new Map([...calls, [id, text(name) ?? 'a tool']]) : calls;
}

function without(calls: TalkProgress['calls'], id: unknown): TalkProgress['calls'] {
  return new Map([...calls].filter(([each]) => each !== id));
}

export interface TalkPhase {
  readonly kind: 'connected' | 'listening' | 'hearing' | 'thinking' | 'answering' | 'speaking' | 'calling';
  readonly label: string;
  /** Whether there is an answer to interrupt. */
  readonly isAnswering: boolean;
}

export interface TalkSound {
  readonly microphone: MicrophoneState;
  /** Whether an answer is heard. */
  readonly isSpeaking: boolean;
}

/** What is nearest to the user comes first: their voice, then the answer they hear, then what is worked on. */
export function phaseOf(progress: TalkProgress, { microphone, isSpeaking }: TalkSound): TalkPhase {
  const { isHeard, isAsked, response, hasOutput, calls } = progress;
  const isAnswering = response !== undefined || isSpeaking;
  const phase = (kind: TalkPhase['kind'], label: string): TalkPhase => ({ kind, label, isAnswering });
  const [tool] = [...calls.values()].slice(-1);
  if (isHeard || microphone === 'held') return phase('hearing', 'Hearing you');
  if (isSpeaking) return phase('speaking', 'Speaking');
  if (tool !== undefined) return phase('calling', `Calling ${tool}`);
  if (response !== undefined && hasOutput) return phase('answering', 'Answering');
  if (response !== undefined || isAsked) return phase('thinking', 'Thinking');
  if (microphone === 'open') return phase('listening', 'Listening');
  return phase('connected', 'Connected');
}
