// The smallest engine: says back what it heard, with a tone as its voice, and calls the functions it is told to. The same
// context gives the same pieces, always. For tests and first steps.

import { setTimeout as pause } from 'node:timers/promises';
import { bytesToMs, type MessageItem, type RealtimeConversationItem } from '@colloquy/protocol';
import type { NeutralTool, ResponseConfig, ResponseRequest } from '@colloquy/session';
import type { Engine, EngineHost, EngineOutput } from './engine.ts';
import { splitWords } from './split-words.ts';
import { speakWord } from './tone.ts';
import { withLatestTranscript } from './transcripts.ts';

export interface ParrotOptions {
  /** Milliseconds between two words. @default 0 */
  pace?: number;
}

/** Most calls of one response. */
const MAX_CALLS = 32;

/** A tool the parrot is to call, its arguments as they were written. */
interface Phrase {
  tool: NeutralTool;
  arguments: string;
}

/**
 * Answers `You said: <text of the last user message>`, one word per delta, audio by its transcript; `You said <N> ms of audio`
 * where there is neither;
 * with output modality audio the same words as a transcript, each with 200 ms of a tone. `call <name> <json>` in the user's
 * text calls that function, or that tool of an MCP server, if it is offered; once its calls are made, the answer is text again,
 * followed by their outputs.
 * Counts a word as a token: stops with `max_output_tokens` after that many.
 */
export function parrot(options: ParrotOptions = {}): Engine {
  const pace = options.pace ?? 0;
  return {
    name: 'parrot',
    needsWords: true,
    async *respond(asked, host) {
      const request = { ...asked, context: [...(await withLatestTranscript(asked.context, host))] };
      if (host.signal.aborted) return;
      const calls = callsToMake(request);
      const pieces = calls.length > 0 ? callPieces(calls) : wordPieces(answer(request.context, host), request.config);
      let isFirst = true;
      for (const group of pieces) {
        if (pace > 0 && !isFirst) await pause(pace, undefined, { signal: host.signal }).catch(() => {}); // aborted: seen below
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
  const most = config.max_output_tokens === 'inf' ? all.length : config.max_output_tokens;
  const speak = config.output_modalities.includes('audio') ? speakWord(config.audio.output.format) : undefined;
  for (const delta of all.slice(0, most)) {
    yield speak ? [{ type: 'transcript.delta', delta }, speak] : [{ type: 'text.delta', delta }];
  }
  yield [all.length > most ? { type: 'done', reason: 'max_output_tokens' } : { type: 'done' }];
}

const isUserMessage = (item: RealtimeConversationItem): item is MessageItem =>
  item.type === 'message' && item.role === 'user';

/** The user's words in a message: text, and transcripts of audio. */
function heardText(message: MessageItem): string {
  const texts = message.content.map((part) => {
    if (part.type === 'input_text') return part.text;
    return part.type === 'input_audio' ? part.transcript : undefined;
  });
  return texts.filter((text) => typeof text === 'string' && text !== '').join(' ');
}

function heardMs(message: MessageItem, host: EngineHost): number {
  const { id } = message;
  if (id === undefined) return 0;
  return message.content.reduce((sum, _, index) => {
    const audio = host.audio(id, index);
    const format = host.audioFormat(id, index);
    return audio && format ? sum + bytesToMs(audio.byteLength, format) : sum;
  }, 0);
}

function answer(context: readonly RealtimeConversationItem[], host: EngineHost): string {
  const at = context.findLastIndex(isUserMessage);
  const message = context[at] as MessageItem | undefined;
  const outputs = context.slice(at + 1).flatMap((item) => {
    if (item.type === 'function_call_output') return [item.output];
    return item.type === 'mcp_call' ? [item.output ?? item.error?.message ?? ''] : [];
  });
  if (!message) return ['You said nothing.', ...outputs].join(' ');
  const text = heardText(message);
  const ms = text === '' ? heardMs(message, host) : 0;
  return [ms > 0 ? `You said ${Math.round(ms)} ms of audio` : `You said: ${text}`, ...outputs].join(' ');
}

// ---- What to call ----

function* callPieces(calls: readonly Phrase[]): Generator<EngineOutput[]> {
  for (const { tool, arguments: text } of calls) {
    const { name, server_label } = tool;
    yield [{ type: 'call', name, ...(server_label === undefined ? {} : { server_label }) }];
    for (const delta of splitWords(text)) yield [{ type: 'arguments.delta', delta }];
  }
  yield [{ type: 'done' }];
}

/** The calls of this response: those asked for and not made yet, as far as `tool_choice` and `parallel_tool_calls` allow. */
function callsToMake({ config, tools, context }: ResponseRequest): Phrase[] {
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
  const made = context.slice(at + 1).filter(isMade).length;
  const wanted = message ? readPhrases(heardText(message), offered).slice(made) : [];
  if (typeof choice === 'object') return [wanted[0] ?? { tool: first, arguments: '{}' }];
  if (choice === 'required' && wanted.length === 0) return [{ tool: first, arguments: '{}' }];
  return config.parallel_tool_calls === false ? wanted.slice(0, 1) : wanted;
}

/** A call that was made, or that waits for approval; the one made after that is the same call. */
function isMade(item: RealtimeConversationItem): boolean {
  if (item.type === 'function_call') return item.status !== 'incomplete';
  return item.type === 'mcp_approval_request' || (item.type === 'mcp_call' && item.approval_request_id == null);
}

/** Every `call <name> <json object>` of a text whose name is offered. Without an object the arguments are `{}`. */
function readPhrases(text: string, offered: readonly NeutralTool[]): Phrase[] {
  const phrases: Phrase[] = [];
  const start = /\bcall\s+([A-Za-z0-9_-]{1,64})(?![A-Za-z0-9_-])\s*/g;
  for (let found = start.exec(text); found && phrases.length < MAX_CALLS; found = start.exec(text)) {
    const tool = offered.find(({ name }) => name === found?.[1]);
    if (!tool) continue;
    if (text[start.lastIndex] !== '{') {
      phrases.push({ tool, arguments: '{}' });
      continue;
    }
    const end = endOfObject(text, start.lastIndex);
    if (end === undefined) break; // nothing behind an object that never closes can be told from its inside
    phrases.push({ tool, arguments: text.slice(start.lastIndex, end) });
    start.lastIndex = end;
  }
  return phrases;
}

/** Index behind the `}` that closes the object begun at `open`. */
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
