// The context of each response of a log, and the condition that holds there: what the user said, or which tool answered.

import type { RealtimeConversationItem } from '@colloquy/protocol';
import { isObject, objectOf } from '../is-object.ts';
import { createMirror } from '../mirror/mirror.ts';
import { momentOf } from './moment.ts';
import type { ScenarioCondition } from './scenario.ts';
import type { SpokenTurns } from './spoken-turns.ts';

type Json = Readonly<Record<string, unknown>>;

/** Longest condition, in characters: enough to tell messages apart, short enough to read. */
const MAX_CONDITION_CHARS = 120;

export class LoggedContext {
  readonly #mirror = createMirror();
  readonly #speech: SpokenTurns;
  /** Values of `response` in the requests that no response has answered yet. */
  readonly #requests: Json[] = [];

  constructor(speech: SpokenTurns) {
    this.#speech = speech;
  }

  observe(event: object): void {
    this.#mirror.apply(event);
  }

  /** The client asked for a response. */
  addRequest(response: unknown): void {
    this.#requests.push(objectOf(response));
  }

  /** Its latest request was refused. */
  dropRequest(): void {
    this.#requests.pop();
  }

  /** The condition of a response that begins now; text of the user is looked up when the log is read to its end. */
  condition({ conversation_id }: Json): () => ScenarioCondition | undefined {
    const context = this.#contextOf(conversation_id === null);
    const { turn, outputs } = momentOf(context);
    const latest = outputs.at(-1);
    if (latest) {
      const when = latest.tool === undefined ? { output: clipped(latest.output) } : { tool: latest.tool };
      return () => (when.output === '' ? undefined : when);
    }
    const user = context.findLast((item) => item.type === 'message' && item.role === 'user');
    return () => {
      const text = user ? clipped(momentOf([this.#speech.withTranscripts(user)]).text) : '';
      if (text !== '') return { text };
      return turn > 0 ? { turn } : undefined;
    };
  }

  #contextOf(isOutOfBand: boolean): RealtimeConversationItem[] {
    const items = [...this.#mirror.items()];
    const index = this.#requests.findIndex(({ conversation }) => (conversation === 'none') === isOutOfBand);
    const [request] = index < 0 ? [] : this.#requests.splice(index, 1);
    if (!Array.isArray(request?.input)) return items;
    return request.input.filter(isObject).flatMap((item): RealtimeConversationItem[] => {
      if (item.type !== 'item_reference') return [item as unknown as RealtimeConversationItem];
      return items.filter(({ id }) => id === item.id);
    });
  }
}

const clipped = (text: string): string =>
  text.length <= MAX_CONDITION_CHARS ? text : [...text].slice(0, MAX_CONDITION_CHARS).join('').trimEnd();
