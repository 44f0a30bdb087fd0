// Holding a log to the protocol: every frame by itself, and all of them in their order. The rules' words are `rules.ts`, what one
// server frame shows is `event-rules.ts`, what one response shows over time `response-rules.ts`.

import {
  decodeClientEvent,
  decodeServerEvent,
  type FailureCode,
  hideCredentials,
  type Issue,
  REDACTED,
} from '@colloquy/protocol';
import { BETA_CLIENT_EVENT_TYPES, BETA_SERVER_EVENT_TYPES } from '@colloquy/protocol/beta';
import { isObject } from '../is-object.ts';
import { type LoggedFrame, loggedFrame } from '../recording/foreign-log.ts';
import type { RecordingEntry } from '../recording/recording.ts';
import { perSession } from '../recording/session-blocks.ts';
import { checkServerFrame } from './event-rules.ts';
import { KnownItems } from './known-items.ts';
import { createResponseRules, type Say, textOf } from './response-rules.ts';
import type { RuleId, Violation } from './rules.ts';

/** A violation, and where. */
export interface LoggedViolation extends Violation {
  /** From 1. */
  readonly line: number;
  /** Who broke the rule; `null` for the log itself. */
  readonly from: 'client' | 'server' | null;
  /** Type of the event, cut to 64 characters; `null` when there is none. */
  readonly event_type: string | null;
}

export interface ConformanceOptions {
  /** The log is of a beta connection: only what holds of every event is checked. By default found out by the events' names. */
  beta?: boolean;
}

/**
 * A check in the making, of each session in a log by itself. What it remembers grows with the ids of the sessions, not with their words
 * and audio.
 */
export interface Conformance {
  /** Takes the next entry of a log and answers what it breaks. Never throws. */
  take(entry: RecordingEntry): LoggedViolation[];
}

/** Which rule a refusal tells of: a server that keeps the rules would answer with this code. */
const RULE_OF_CODE: Partial<Record<FailureCode, RuleId>> = {
  invalid_json: 'ER8',
  invalid_event: 'ER9',
  invalid_value: 'ER12',
  invalid_type: 'ER13',
  invalid_content_part: 'CV14',
  missing_required_parameter: 'ER14',
  unknown_parameter: 'ER15',
  limit_exceeded: 'LM1',
  frame_too_large: 'LM1',
};

/** Names only translation sessions have: their frames are held to their own shapes. */
const TRANSLATION =
  /^session\.(?:closed?|input_audio_buffer\.append|input_transcript\.delta|output_(?:transcript|audio)\.delta)$/;
/** How many ids of client events are remembered for the errors that name them. */
const MOST_EVENT_IDS = 10_000;

const cut = (text: string) => hideCredentials(text).slice(0, 64);

export function createConformance(options: ConformanceOptions = {}): Conformance {
  // A client may speak before its session is told to have begun: what it called its events holds for all of the log.
  const clientIds: ClientIds = { known: new Set(), hasAll: true };
  const first = createSessionCheck(options, clientIds);
  let isBegun = false;
  /** What is no event is held to the session of the event before it. */
  let current = first;
  const checkOf = perSession(() => {
    if (isBegun) return createSessionCheck(options, clientIds);
    isBegun = true;
    return first;
  });
  return {
    take(entry) {
      const frame = loggedFrame(entry);
      if (frame) current = checkOf(frame);
      return current.take(entry);
    },
  };
}

/** The ids a client gave its events, as far as they are remembered. */
interface ClientIds {
  readonly known: Set<string>;
  hasAll: boolean;
}

function createSessionCheck(options: ConformanceOptions, clientIds: ClientIds): Conformance {
  return new SessionCheck(options, clientIds);
}

class SessionCheck implements Conformance {
  #beta: boolean | undefined;

  readonly #clientIds: ClientIds;

  #isTranslation = false;

  #serverFrames = 0;

  #hasCreated = false;

  #lastTime = 0;

  #turn: string | undefined;

  /** An item that was added whole, and whose `done` is due. */
  #added: string | undefined;

  readonly #items = new KnownItems();

  readonly #responses = createResponseRules(this.#items);

  constructor(options: ConformanceOptions, clientIds: ClientIds) {
    this.#beta = options.beta;
    this.#clientIds = clientIds;
  }

  take(entry: RecordingEntry): LoggedViolation[] {
    const found: LoggedViolation[] = [];
    const { line } = entry;
    if (entry.kind === 'damaged') {
      found.push({ line, from: null, event_type: null, rule: 'LOG', message: entry.message });
      return found;
    }
    if (entry.kind === 'input' && entry.input.from === 'wire') {
      const { issue, event_id } = entry.input;
      if (typeof event_id === 'string') this.#clientIds.known.add(event_id);
      found.push({ line, from: 'client', event_type: null, rule: ruleOf(issue), message: told(issue) });
    }
    const frame = loggedFrame(entry);
    if (!frame) return found;
    const { from, event, time } = frame;
    const event_type = cut(event.type);
    const say: Say = (rule, message) => void found.push({ line, from, event_type, rule, message });
    if (time !== null) {
      if (time < this.#lastTime && entry.kind !== 'event')
        found.push({ line, from: null, event_type, rule: 'LOG', message: 'earlier than the line before it' });
      this.#lastTime = Math.max(this.#lastTime, time);
    }
    this.#beta ??= isBeta(event) ? true : undefined;
    if (from === 'client') this.#judgeClient(frame, say);
    else this.#judgeServer(frame, say);
    return found;
  }

  #judgeClient({ event }: LoggedFrame, say: Say): void {
    const { type } = event;
    if (typeof event.event_id === 'string') {
      if (this.#clientIds.known.size < MOST_EVENT_IDS) this.#clientIds.known.add(event.event_id);
      else this.#clientIds.hasAll = false;
    }
    this.#responses.hearClient(event);
    if (this.#beta) return;
    const decoded = decodeClientEvent(withoutSigns(event), {
      profile: 'server',
      ...((this.#isTranslation || TRANSLATION.test(type)) && { translation: true as const }),
    });
    if (!decoded.ok) say(ruleOf(decoded.issues[0]), told(decoded.issues[0]));
  }

  #judgeServer({ event }: LoggedFrame, say: Say): void {
    const { type } = event;
    this.#serverFrames += 1;
    if (type === 'session.created') {
      if (this.#serverFrames > 1) say('OR1', this.#hasCreated ? 'a second one' : 'it is not the first event');
      this.#hasCreated = true;
      this.#isTranslation = isObject(event.session) && event.session.type === 'translation';
    } else if (this.#serverFrames === 1) this.#items.beginsMidway = true;
    if (this.#isTranslation || TRANSLATION.test(type)) {
      const decoded = decodeServerEvent(event, { translation: true });
      return decoded.ok ? undefined : say('W4.2', told(decoded.issues[0]));
    }
    if (this.#beta) return typeof event.event_id === 'string' ? undefined : say('E1', 'no event_id');
    const found = checkServerFrame(event);
    for (const { rule, message } of found) say(rule, message.slice(message.indexOf(': ') + 2));
    if (found.some(({ rule }) => rule === 'E21')) return;
    const decoded = decodeServerEvent(event);
    if (!decoded.ok) {
      // Said already, in the words of a client that needs it.
      if (found.length === 0) say('W4.2', told(decoded.issues[0]));
      return;
    }
    this.#judgeOrder(event, say);
    this.#responses.hearServer(event, say);
  }

  #judgeOrder(event: LoggedFrame['event'], say: Say): void {
    const { type } = event;
    const item = isObject(event.item) ? event.item : undefined;
    const id = textOf(item?.id) ?? textOf(event.item_id);
    const announce = () => id !== undefined && this.#items.introduce(id);
    switch (type) {
      case 'conversation.item.added':
        if (this.#added !== undefined) say('OR2', 'the item before it is not done yet');
        this.#added = this.#responses.isMade(id) ? undefined : id;
        if (id !== undefined && this.#items.isThere(id)) say('E16', 'an item of this id is there already');
        this.#judgePlace(event.previous_item_id, say);
        if (id !== undefined) this.#items.add(id);
        break;
      case 'conversation.item.done':
        if (id === this.#added) this.#added = undefined;
        this.#mustBeKnown(id, say);
        break;
      case 'conversation.item.deleted':
        this.#mustBeKnown(id, say);
        if (id !== undefined) this.#items.remove(id);
        break;
      case 'input_audio_buffer.speech_started':
        this.#turn = id;
        announce();
        break;
      case 'input_audio_buffer.speech_stopped':
        if (this.#turn !== undefined && id !== this.#turn) say('E20', 'another item than speech_started named');
        announce();
        break;
      case 'input_audio_buffer.committed':
        if (this.#turn !== undefined && id !== this.#turn) say('E20', 'another item than speech_started named');
        this.#turn = undefined;
        this.#judgePlace(event.previous_item_id, say);
        announce();
        break;
      case 'input_audio_buffer.cleared':
        this.#turn = undefined;
        break;
      case 'input_audio_buffer.timeout_triggered':
        announce();
        break;
      case 'session.updated':
        // Another type of turn detection, or none, drops an open turn [SE23]; whether it changed is not remembered.
        this.#turn = undefined;
        break;
      case 'error': {
        const about = isObject(event.error) ? event.error.event_id : undefined;
        const isOdd =
          typeof about === 'string' &&
          this.#clientIds.known.size > 0 &&
          this.#clientIds.hasAll &&
          !this.#items.beginsMidway;
        if (isOdd && !this.#clientIds.known.has(about)) say('ER2', 'no client event has this event_id');
        break;
      }
      default:
        if (type.startsWith('conversation.item.') || type.startsWith('mcp_list_tools.')) this.#mustBeKnown(id, say);
    }
  }

  #judgePlace(previous: unknown, say: Say): void {
    if (typeof previous !== 'string' || this.#items.isMidway) return;
    if (!this.#items.hasItem(previous)) say('E16', 'previous_item_id names no item that was announced');
  }

  #mustBeKnown(id: string | undefined, say: Say): void {
    if (id !== undefined && !this.#items.isMidway && !this.#items.hasItem(id))
      say('OR16', 'an item that nothing introduced');
  }
}

const told = ({ param, message }: Issue): string =>
  hideCredentials(param === null || message.includes(param) ? message : `${param}: ${message}`);

function ruleOf({ code, param }: Issue): RuleId {
  if (code === 'invalid_value' && param === 'type') return 'ER11';
  return (Object.hasOwn(RULE_OF_CODE, code ?? '') && RULE_OF_CODE[code]) || 'ER10';
}

const BETA_NAMED: ReadonlySet<string> = new Set(
  [...BETA_CLIENT_EVENT_TYPES, ...BETA_SERVER_EVENT_TYPES].filter((type) =>
    /^(?:transcription_session\.|conversation\.created$|conversation\.item\.created$|response\.(?:text|audio|audio_transcript)\.)/.test(
      type,
    ),
  ),
);

/** Whether only beta connections have such an event. */
const isBeta = ({ type, session }: LoggedFrame['event']) =>
  BETA_NAMED.has(type) || (type.startsWith('session.') && isObject(session) && 'modalities' in session);

/** An event with sound values where redaction has put its sign, so that what was hidden is not held against it. */
function withoutSigns<T>(value: T, depth = 0): T {
  // What is deeper is refused anyway [ER19].
  if (depth > 256) return value;
  if (Array.isArray(value)) return value.map((each) => withoutSigns(each, depth + 1)) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      field === REDACTED ? standIn(name) : withoutSigns(field, depth + 1),
    ]),
  ) as T;
}

const standIn = (name: string): string =>
  name === 'audio' ? 'AAAA' : name === 'image_url' ? 'data:image/png;base64,AAAA' : REDACTED;
