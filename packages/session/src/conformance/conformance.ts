// Checks a log against the protocol: every event by itself, and their order. Rules: `rules.ts`. Single server events:
// `event-rules.ts`. Events of one response: `response-rules.ts`.

import {
  decodeClientEvent,
  decodeServerEvent,
  type FailureCode,
  hideCredentials,
  type Issue,
} from '@colloquy/protocol';
import { BETA_CLIENT_EVENT_TYPES, BETA_SERVER_EVENT_TYPES } from '@colloquy/protocol/beta';
import { isObject } from '../is-object.ts';
import { type LoggedFrame, loggedFrame } from '../recording/foreign-log.ts';
import type { RecordingEntry } from '../recording/recording.ts';
import { perSession } from '../recording/session-blocks.ts';
import { checkServerFrame } from './event-rules.ts';
import { KnownItems } from './known-items.ts';
import { withPlausibleValues } from './plausible-values.ts';
import { createResponseRules, type Report, textOf } from './response-rules.ts';
import type { RuleId, Violation } from './rules.ts';

/** A violation and its place. */
export interface LoggedViolation extends Violation {
  /** From 1. */
  readonly line: number;
  /** The side that broke the rule; `null` for the log itself. */
  readonly from: 'client' | 'server' | null;
  /** Type of the event, cut to 64 characters; `null` if there is none. */
  readonly event_type: string | null;
}

export interface ConformanceOptions {
  /** The log is of a beta connection: checks only what holds for every event. By default detected from event types. */
  beta?: boolean;
}

/**
 * An incremental check, separate for each session of a log. Memory grows with the ids of the sessions, not with their
 * text and audio.
 */
export interface Conformance {
  /** Checks the next entry of a log and returns its violations. Never throws. */
  observe(entry: RecordingEntry): LoggedViolation[];
}

/** The rule behind an error code: a server that keeps the rules would refuse the event with this code. */
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

/** Event types of translation sessions, which have their own shapes. */
const TRANSLATION =
  /^session\.(?:closed?|input_audio_buffer\.append|input_transcript\.delta|output_(?:transcript|audio)\.delta)$/;
/** Maximum stored ids of client events, for errors that name them. */
const MAX_EVENT_IDS = 10_000;

const printable = (text: string) => hideCredentials(text).slice(0, 64);

export function createConformance(options: ConformanceOptions = {}): Conformance {
  // A client may send events before `session.created`: their ids hold for the whole log.
  const clientIds: ClientIds = { known: new Set(), hasAll: true };
  const first = createSessionCheck(options, clientIds);
  let isBegun = false;
  /** An entry that is no event belongs to the session of the event before it. */
  let current = first;
  const checkOf = perSession(() => {
    if (isBegun) return createSessionCheck(options, clientIds);
    isBegun = true;
    return first;
  });
  return {
    observe(entry) {
      const logged = loggedFrame(entry);
      if (logged) current = checkOf(logged);
      return current.observe(entry);
    },
  };
}

/** Stored `event_id`s of client events. */
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

  #serverEvents = 0;

  #hasCreated = false;

  #lastTime = 0;

  #turn: string | undefined;

  /** An item that was added whole, and whose `done` must follow. */
  #pendingDone: string | undefined;

  readonly #items = new KnownItems();

  readonly #responses = createResponseRules(this.#items);

  constructor(options: ConformanceOptions, clientIds: ClientIds) {
    this.#beta = options.beta;
    this.#clientIds = clientIds;
  }

  observe(entry: RecordingEntry): LoggedViolation[] {
    const violations: LoggedViolation[] = [];
    const { line } = entry;
    if (entry.kind === 'damaged') {
      violations.push({ line, from: null, event_type: null, rule: 'LOG', message: entry.message });
      return violations;
    }
    if (entry.kind === 'input' && entry.input.from === 'wire') {
      const { issue, event_id } = entry.input;
      if (typeof event_id === 'string') this.#clientIds.known.add(event_id);
      violations.push({ line, from: 'client', event_type: null, rule: ruleOf(issue), message: describe(issue) });
    }
    const logged = loggedFrame(entry);
    if (!logged) return violations;
    const { from, event, time } = logged;
    // Most events break nothing: their type is not searched for credentials.
    const report: Report = (rule, message) =>
      void violations.push({ line, from, event_type: printable(event.type), rule, message });
    if (time !== null) {
      if (time < this.#lastTime && entry.kind !== 'event')
        violations.push({
          ...{ line, from: null, event_type: printable(event.type) },
          ...{ rule: 'LOG', message: 'earlier than the line before it' },
        });
      this.#lastTime = Math.max(this.#lastTime, time);
    }
    this.#beta ??= isBeta(event) ? true : undefined;
    if (from === 'client') this.#checkClientEvent(logged, report);
    else this.#checkServerEvent(logged, report);
    return violations;
  }

  #checkClientEvent({ event }: LoggedFrame, report: Report): void {
    const { type } = event;
    if (typeof event.event_id === 'string') {
      if (this.#clientIds.known.size < MAX_EVENT_IDS) this.#clientIds.known.add(event.event_id);
      else this.#clientIds.hasAll = false;
    }
    this.#responses.handleClientEvent(event);
    if (this.#beta) return;
    const decoded = decodeClientEvent(withPlausibleValues(event), {
      profile: 'server',
      ...((this.#isTranslation || TRANSLATION.test(type)) && { translation: true as const }),
    });
    if (!decoded.ok) report(ruleOf(decoded.issues[0]), describe(decoded.issues[0]));
  }

  #checkServerEvent({ event }: LoggedFrame, report: Report): void {
    const { type } = event;
    this.#serverEvents += 1;
    if (type === 'session.created') {
      if (this.#serverEvents > 1) report('OR1', this.#hasCreated ? 'a second one' : 'it is not the first event');
      this.#hasCreated = true;
      this.#isTranslation = isObject(event.session) && event.session.type === 'translation';
    } else if (this.#serverEvents === 1) this.#items.beginsMidway = true;
    if (this.#isTranslation || TRANSLATION.test(type)) {
      const decoded = decodeServerEvent(event, { translation: true });
      return decoded.ok ? undefined : report('W4.2', describe(decoded.issues[0]));
    }
    if (this.#beta) return typeof event.event_id === 'string' ? undefined : report('E1', 'no event_id');
    const violations = checkServerFrame(event);
    for (const { rule, message } of violations) report(rule, message.slice(message.indexOf(': ') + 2));
    if (violations.some(({ rule }) => rule === 'E21')) return;
    const decoded = decodeServerEvent(event);
    if (!decoded.ok) {
      // Already reported, by the rule of a client that needs it.
      if (violations.length === 0) report('W4.2', describe(decoded.issues[0]));
      return;
    }
    this.#checkOrder(event, report);
    this.#responses.checkServerEvent(event, report);
  }

  #checkOrder(event: LoggedFrame['event'], report: Report): void {
    const { type } = event;
    const item = isObject(event.item) ? event.item : undefined;
    const id = textOf(item?.id) ?? textOf(event.item_id);
    const introduce = () => id !== undefined && this.#items.introduce(id);
    switch (type) {
      case 'conversation.item.added':
        if (this.#pendingDone !== undefined) report('OR2', 'the item before it is not done yet');
        this.#pendingDone = this.#responses.isInProgress(id) ? undefined : id;
        if (id !== undefined && this.#items.isInConversation(id)) report('E16', 'an item of this id is there already');
        this.#checkPrevious(event.previous_item_id, report);
        if (id !== undefined) this.#items.add(id);
        break;
      case 'conversation.item.done':
        if (id === this.#pendingDone) this.#pendingDone = undefined;
        this.#checkKnown(id, report);
        break;
      case 'conversation.item.deleted':
        this.#checkKnown(id, report);
        if (id !== undefined) this.#items.remove(id);
        break;
      case 'input_audio_buffer.speech_started':
        this.#turn = id;
        introduce();
        break;
      case 'input_audio_buffer.speech_stopped':
        if (this.#turn !== undefined && id !== this.#turn) report('E20', 'another item than speech_started named');
        introduce();
        break;
      case 'input_audio_buffer.committed':
        if (this.#turn !== undefined && id !== this.#turn) report('E20', 'another item than speech_started named');
        this.#turn = undefined;
        this.#checkPrevious(event.previous_item_id, report);
        introduce();
        break;
      case 'input_audio_buffer.cleared':
        this.#turn = undefined;
        break;
      case 'input_audio_buffer.timeout_triggered':
        introduce();
        break;
      case 'session.updated':
        // Another type of turn detection, or none, drops an open turn [SE23]; whether it changed is not stored.
        this.#turn = undefined;
        break;
      case 'error': {
        const about = isObject(event.error) ? event.error.event_id : undefined;
        const isChecked =
          typeof about === 'string' &&
          this.#clientIds.known.size > 0 &&
          this.#clientIds.hasAll &&
          !this.#items.beginsMidway;
        if (isChecked && !this.#clientIds.known.has(about)) report('ER2', 'no client event has this event_id');
        break;
      }
      default:
        if (type.startsWith('conversation.item.') || type.startsWith('mcp_list_tools.')) this.#checkKnown(id, report);
    }
  }

  #checkPrevious(previous: unknown, report: Report): void {
    if (typeof previous !== 'string' || this.#items.isMidway) return;
    if (!this.#items.hasItem(previous)) report('E16', 'previous_item_id names no item that was announced');
  }

  #checkKnown(id: string | undefined, report: Report): void {
    if (id !== undefined && !this.#items.isMidway && !this.#items.hasItem(id))
      report('OR16', 'an item that nothing introduced');
  }
}

const describe = ({ param, message }: Issue): string =>
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
