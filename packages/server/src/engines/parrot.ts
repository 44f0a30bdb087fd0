// Engine for tests and first steps: repeats the user's text with a tone as its voice, and calls the functions it is
// told to. Deterministic.

import { setTimeout as pause } from 'node:timers/promises';
import { bytesToMs, type MessageItem, type RealtimeConversationItem } from '@colloquy/protocol';
import { type NeutralTool, type ResponseConfig, type ResponseRequest, splitWords } from '@colloquy/session';
import type { Engine, EngineHost, EngineOutput } from './engine.ts';
import { speakWord } from './tone.ts';
import { withLatestTranscript } from './transcripts.ts';

export interface ParrotOptions {
  /** Milliseconds between two words. @default 0 */
  pace?: number;
}

/** Calls per response. */
const MAX_CALLS = 32;

/** A tool to call, with the arguments as the user wrote them. */
interface PlannedCall {
  tool: NeutralTool;
  arguments: string;
}

/**
 * Answers `You said: <text of the last user message>`, one word per delta; audio counts by its transcript, and without
 * one the answer is `You said <N> ms of audio`. With output modality audio the text is the transcript, with a 200 ms
 * tone per word. `call <name> <json>` in the user's text calls that function or MCP tool if it is offered; after the
 * calls, the next answer is text followed by their outputs. A word counts as a token for `max_output_tokens`.
 */
export function parrot(options: ParrotOptions = {}): Engine {
  const pace = options.pace ?? 0;
  return {
    name: 'parrot',
    needsTranscript: true,
    async *respond(original, host) {
      const request = { ...original, context: [...(await withLatestTranscript(original.context, host))] };
      if (host.signal.aborted) return;
      const calls = callsToMake(request);
      const pieces =
        calls.length > 0 ? callPieces(calls) : wordPieces(replyText(request.context, host), request.config);
      let isFirst = true;
      for (const group of pieces) {
        if (pace > 0 && !isFirst) await pause(pace, undefined, { signal: host.signal }).catch(() => {}); // // an abort is checked below
        isFirst = false;
        for (const piece of group) {
          if (host.signal.aborted) return;
          yield piece;
        }
      }
    },
  };
}

// ---- What to say ----

function* wordPieces(text: string, config: ResponseConfig): Generator<EngineOutput[]> {
  const all = splitWords(text);
  const maxWords = config.max_output_tokens === 'inf' ? all.length : config.max_output_tokens;
  const speak = config.output_modalities.includes('audio') ? speakWord(config.audio.output.format) : undefined;
  for (const delta of all.slice(0, maxWords)) {
    yield speak ? [{ type: 'transcript.delta', delta }, speak] : [{ type: 'text.delta', delta }];
  }
  yield [all.length > maxWords ? { type: 'done', reason: 'max_output_tokens' } : { type: 'done' }];
}

const isUserMessage = (item: RealtimeConversationItem): item is MessageItem =>
  item.type === 'message' && item.role === 'user';

/** The text of a user message: text parts and transcripts of audio parts. */
function userText(message: MessageItem): string {
  const texts = message.content.map((part) => {
    if (part.type === 'input_text') return part.text;
    return part.type === 'input_audio' ? part.transcript : undefined;
  });
  return texts.filter((text) => typeof text === 'string' && text !== '').join(' ');
}

function userAudioMs(message: MessageItem, host: EngineHost): number {
  const { id } = message;
  if (id === undefined) return 0;
  return message.content.reduce((sum, _, index) => {
    const audio = host.audio(id, index);
    const format = host.audioFormat(id, index);
    return audio && format ? sum + bytesToMs(audio.byteLength, format) : sum;
  }, 0);
}

function replyText(context: readonly RealtimeConversationItem[], host: EngineHost): string {
  const at = context.findLastIndex(isUserMessage);
  const message = context[at] as MessageItem | undefined;
  const outputs = context.slice(at + 1).flatMap((item) => {
    if (item.type === 'function_call_output') return [item.output];
    return item.type === 'mcp_call' ? [item.output ?? item.error?.message ?? ''] : [];
  });
  if (!message) return ['You said nothing.', ...outputs].join(' ');
  const text = userText(message);
  const ms = text === '' ? userAudioMs(message, host) : 0;
  return [ms > 0 ? `You said ${Math.round(ms)} ms of audio` : `You said: ${text}`, ...outputs].join(' ');
}

// ---- What to call ----

function* callPieces(calls: readonly PlannedCall[]): Generator<EngineOutput[]> {
  for (const { tool, arguments: text } of calls) {
    const { name, server_label } = tool;
    yield [{ type: 'call', name, ...(server_label === undefined ? {} : { server_label }) }];
    for (const delta of splitWords(text)) yield [{ type: 'arguments.delta', delta }];
  }
  yield [{ type: 'done' }];
}

/** The calls of this response: requested, not made yet, and allowed by `tool_choice` and `parallel_tool_calls`. */
function callsToMake({ config, tools, context }: ResponseRequest): PlannedCall[] {
  const choice = config.tool_choice;
  if (choice === 'none') return [];
  const offered = tools.filter((tool) => {
    if (typeof choice !== 'object') return true;
    if (choice.type === 'function') return tool.server_label === undefined && tool.name === choice.name;
    return tool.server_label === choice.server_label && (choice.name == null || choice.name === tool.name);
  });
  const first = offered[0];
  if (!first) return [];
  const at = context.findLastIndex(isUserMessage);
  const message = context[at] as MessageItem | undefined;
  const made = context.slice(at + 1).filter(isCallMade).length;
  const planned = message ? parseCalls(userText(message), offered).slice(made) : [];
  if (typeof choice === 'object') return [planned[0] ?? { tool: first, arguments: '{}' }];
  if (choice === 'required' && planned.length === 0) return [{ tool: first, arguments: '{}' }];
  return config.parallel_tool_calls === false ? planned.slice(0, 1) : planned;
}

/** True for a call that was made or waits for approval. The call after an approval is not counted again. */
function isCallMade(item: RealtimeConversationItem): boolean {
  if (item.type === 'function_call') return item.status !== 'incomplete';
  return item.type === 'mcp_approval_request' || (item.type === 'mcp_call' && item.approval_request_id == null);
}

/** Finds every `call <name> <json object>` whose tool is offered. Without an object the arguments are `{}`. */
function parseCalls(text: string, offered: readonly NeutralTool[]): PlannedCall[] {
  const calls: PlannedCall[] = [];
  const start = /\bcall\s+([A-Za-z0-9_-]{1,64})(?![A-Za-z0-9_-])\s*/g;
  for (let match = start.exec(text); match && calls.length < MAX_CALLS; match = start.exec(text)) {
    const tool = offered.find(({ name }) => name === match?.[1]);
    if (!tool) continue;
    if (text[start.lastIndex] !== '{') {
      calls.push({ tool, arguments: '{}' });
      continue;
    }
    const end = endOfObject(text, start.lastIndex);
    if (end === undefined) break; // // an object that never closes hides everything after it
    calls.push({ tool, arguments: text.slice(start.lastIndex, end) });
    start.lastIndex = end;
  }
  return calls;
}

/** Index after the `}` that closes the object starting at `open`. */
function endOfObject(text: string, open: number): number | undefined {
  let depth = 0;
  let isQuoted = false;
  for (let at = open; at < text.length; at += 1) {
    const char = text[at];
    if (isQuoted) {
      if (char === '\\') at += 1;
      else if (char === '"') isQuoted = false;
    } else if (char === '"') isQuoted = true;
    else if (char === '{') depth += 1;
    else if (char === '}' && --depth === 0) return at + 1;
  }
  return undefined;
}
