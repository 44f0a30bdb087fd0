// Summary of one session from the lines of its recording, one at a time. Times: `timings.ts`; sums: `totals.ts`;
// prices: `prices.ts`; what the user said first: `first-message.ts`.

import { hideCredentials, holdsCredential } from '@colloquy/protocol';
import type { ConversationSummary, SummaryCost } from '../console-api.ts';
import { isObject } from '../is-object.ts';
import { type LoggedFrame, loggedFrame } from '../recording/foreign-log.ts';
import type { RecordingEntry } from '../recording/recording.ts';
import { createFirstMessage, isReadable } from './first-message.ts';
import { costOf, isBilled, type PriceList } from './prices.ts';
import { createStopwatch, type Timing } from './timings.ts';
import { createTotals } from './totals.ts';

export interface SummaryOptions {
  readonly prices: PriceList;
  /** Name of the engine, until a header names another. */
  readonly engine?: string;
}

export interface SummaryBuilder {
  /** Observes the next line. Never throws. Memory is bounded, whatever the lines are. */
  observe(entry: RecordingEntry): void;
  /** The summary so far. */
  summary(): ConversationSummary;
  /** What was said so far by both sides, for searching: at most 16,384 characters, without credentials. */
  text(): string;
}

/** A session is slow if a time to first audio is at least this. */
export const SLOW_MS = 1500;

const MAX_TEXT_CHARS = 16_384;
const MAX_TOOLS = 20;
const MAX_TOOL_NAME_CHARS = 64;
/** Maximum remembered ids of interrupted items. */
const MAX_INTERRUPTED = 1000;
const MAX_ID_CHARS = 128;

/** Creates the summary of one session. */
export function createSessionSummary(options: SummaryOptions): SummaryBuilder {
  return new SessionSummaryBuilder(options);
}

class SessionSummaryBuilder implements SummaryBuilder {
  readonly #prices: PriceList;
  #engine: string | undefined;
  readonly #stopwatch = createStopwatch();
  readonly #totals = createTotals();
  readonly #firstMessage = createFirstMessage();
  readonly #tools = new Set<string>();
  /** Items of interrupted responses, and truncated items. */
  readonly #interrupted = new Set<string>();
  /** Model of the first timing that had a price. */
  #pricedModel: string | null = null;
  #interruptions = 0;
  #errors = 0;
  #turns = 0;
  /** Whether the log has `conversation.item.added`; otherwise `conversation.item.created` counts. */
  #hasAdded = false;
  #text = '';
  #beganAt: number | null = null;
  #lastAt: number | null = null;

  constructor({ prices, engine }: SummaryOptions) {
    this.#prices = prices;
    this.#engine = engine;
  }

  observe(entry: RecordingEntry): void {
    if (entry.kind === 'header') this.#engine = entry.header.engine;
    const at = timeOf(entry);
    if (at !== null) {
      this.#beganAt ??= at;
      this.#lastAt = Math.max(this.#lastAt ?? at, at);
    }
    const frame = loggedFrame(entry);
    if (frame) this.#observeFrame(frame);
  }

  summary(): ConversationSummary {
    const { first_audio_ms, input, cached, output } = this.#totals.sum();
    return {
      first_words: this.#firstMessage.read(),
      turns: this.#turns,
      first_audio_p50_ms: rounded(first_audio_ms.p50),
      first_audio_max_ms: rounded(first_audio_ms.max),
      interruptions: this.#interruptions,
      errors: this.#errors,
      tools: [...this.#tools],
      tokens: { input, cached, output },
      cost: this.#cost(),
      duration_ms: this.#beganAt === null || this.#lastAt === null ? null : rounded(this.#lastAt - this.#beganAt),
    };
  }

  text(): string {
    return this.#text;
  }

  #observeFrame(frame: LoggedFrame): void {
    const timing = this.#stopwatch.observe(frame);
    if (timing) this.#addTiming(timing);
    if (frame.from === 'client') return;
    const { event } = frame;
    this.#firstMessage.observe(event);
    this.#addItem(event);
    switch (event.type) {
      case 'error':
        this.#errors += 1;
        break;
      case 'response.done':
        this.#addCancelled(event.response);
        break;
      case 'conversation.item.truncated':
        if (this.#addInterrupted(event.item_id)) this.#interruptions += 1;
        break;
      default: {
        const field = TEXT_FIELDS.get(event.type);
        if (field) this.#addText(event[field]);
      }
    }
  }

  #addTiming(timing: Timing): void {
    const cost = costOf(this.#prices, timing.model, timing.usage);
    this.#totals.add(timing, cost);
    if (timing.status === 'failed') this.#errors += 1;
    if (cost !== null) this.#pricedModel ??= timing.model;
  }

  #cost(): SummaryCost | null {
    if (this.#pricedModel === null) return null;
    const { cost: amount, unpriced } = this.#totals.sum();
    const as_if = isBilled(this.#engine) ? null : this.#pricedModel;
    return { amount, currency: this.#prices.currency, as_if, unpriced };
  }

  #addItem({ type, item }: LoggedFrame['event']): void {
    if (!isObject(item)) return;
    if (item.type === 'function_call' || item.type === 'mcp_call') return this.#addTool(item.name);
    this.#hasAdded ||= type === 'conversation.item.added';
    const isNew = type === 'conversation.item.added' || (type === 'conversation.item.created' && !this.#hasAdded);
    if (!isNew || item.type !== 'message' || item.role !== 'user') return;
    this.#turns += 1;
    if (!Array.isArray(item.content)) return;
    for (const part of item.content as unknown[]) if (isObject(part)) this.#addText(part.text);
  }

  #addTool(name: unknown): void {
    if (typeof name !== 'string' || name === '' || this.#tools.size >= MAX_TOOLS) return;
    this.#tools.add(hideCredentials(name.slice(0, MAX_TOOL_NAME_CHARS)));
  }

  #addCancelled(response: unknown): void {
    if (!isObject(response) || response.status !== 'cancelled') return;
    const output = Array.isArray(response.output) ? (response.output as unknown[]) : [];
    const ids = output.flatMap((item) => (isObject(item) ? [item.id] : []));
    const isNew = ids.map((id) => this.#addInterrupted(id));
    // The client may have truncated one of its items before the response ended.
    if (!isNew.includes(false)) this.#interruptions += 1;
  }

  /** Returns false if the item is known to be interrupted. */
  #addInterrupted(id: unknown): boolean {
    if (typeof id !== 'string' || id.length > MAX_ID_CHARS) return true;
    if (this.#interrupted.has(id)) return false;
    if (this.#interrupted.size < MAX_INTERRUPTED) this.#interrupted.add(id);
    return true;
  }

  #addText(text: unknown): void {
    const room = MAX_TEXT_CHARS - this.#text.length;
    // A recording hides a text with a credential as a whole; so does the summary of a live session.
    if (room <= 1 || !isReadable(text) || holdsCredential(text)) return;
    const clean = text.slice(0, MAX_TEXT_CHARS).replace(/\s+/g, ' ').trim();
    if (clean !== '') this.#text += `${this.#text && '\n'}${clean.slice(0, room - 1)}`;
  }
}

/** Events with a complete text of one side, and its field. */
const TEXT_FIELDS: ReadonlyMap<string, 'text' | 'transcript'> = new Map([
  ['conversation.item.input_audio_transcription.completed', 'transcript'],
  ['response.output_text.done', 'text'],
  ['response.output_audio_transcript.done', 'transcript'],
  // Beta names.
  ['response.text.done', 'text'],
  ['response.audio_transcript.done', 'transcript'],
]);

const rounded = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

/** Milliseconds on the clock of the log. */
function timeOf(entry: RecordingEntry): number | null {
  if (entry.kind === 'input') return entry.input.at;
  if (entry.kind === 'frame') return entry.frame.at;
  return entry.kind === 'event' ? (entry.time ?? null) : null;
}
