// Copies a value without its secrets: those marked in the schemas, beta fields, and strings that look like credentials.

import type { Node, Secrecy } from '../schema/schema.ts';
import { ClientEvent } from '../wire/realtime-client-events.ts';
import { ServerEvent } from '../wire/realtime-server-events.ts';
import {
  CallCreateRequest,
  CallIncomingWebhook,
  CallReferRequest,
  CreateClientSecretRequest,
  CreateClientSecretResponse,
} from '../wire/realtime-session.ts';
import {
  CreateTranslationClientSecretRequest,
  TranslationClientEvent,
  TranslationServerEvent,
} from '../wire/realtime-translation.ts';
import { holdsCredential } from './credential.ts';

/** What stands in place of a hidden value. */
export const REDACTED = '[REDACTED]';
/** What stands in place of a value that throws when it is read, or that JSON has no word for. */
const UNREADABLE = '[UNREADABLE]';
/** What stands in place of an object inside itself. */
const CYCLE = '[CYCLE]';
/** What stands in place of a value nested too deeply, and of the rest of a value with too many parts. */
const TOO_LARGE = '[TOO LARGE]';

/** What redacting once has put there, redacting again leaves. */
const SIGNS: ReadonlySet<string> = new Set([REDACTED, UNREADABLE, CYCLE, TOO_LARGE]);

/** As deep as `check` reads; wire values end at about half of it. */
const MAX_DEPTH = 256;
/** A hundred times what a server takes in a frame; a proxy can pretend to hold any number. */
const MAX_VALUES = 1_000_000;

/**
 * `media` hides keys, tokens, audio and images; `content` hides words too: text, transcripts, instructions, arguments, results;
 * `key` hides keys and tokens alone, for recordings that keep their audio.
 */
export type RedactionLevel = 'key' | 'media' | 'content';

/**
 * Copies a value with `[REDACTED]` where its secrets stand. Shape, keys and their order stay; `null` and absent stay as they are;
 * the argument is not changed. For events, items, responses, sessions and REST bodies, in GA and in beta shape, and for unknown
 * ones: the names of secret fields count at any depth, `audio` only where it is a string. A string that holds a credential
 * (`sk-…`, `ek_…`, `Bearer …`, `openai-insecure-api-key.…`) or is a base64 data URI is hidden wherever it stands, ids, types and
 * names of fields included; so are raw bytes.
 *
 * Redacting twice changes nothing more, and items still decode. Never throws: what cannot be read becomes `[UNREADABLE]`, an
 * object inside itself `[CYCLE]`, what is deeper than 256 or beyond a million values `[TOO LARGE]`.
 *
 * @example
 * import { redact } from '@colloquy/protocol';
 *
 * redact({ type: 'input_audio_buffer.append', audio: 'AAAA' }); // { type: 'input_audio_buffer.append', audio: '[REDACTED]' }
 *
 * @see SPEC.md RD1 to RD9, RD12
 */
export function redact<T>(value: T, options: { level?: RedactionLevel } = {}): T {
  return new Copy(HIDDEN[options?.level ?? 'media'] ?? HIDDEN.media).of(value, undefined, NOT_SECRET, 0) as T;
}

const HIDDEN: Readonly<Record<RedactionLevel, ReadonlySet<Secrecy>>> = {
  key: new Set(['key']),
  media: new Set(['key', 'media']),
  content: new Set(['key', 'media', 'words']),
};

// ---- What is secret ----

/** What becomes of a field. */
interface Rule {
  readonly secrecy: Secrecy | undefined;
  /** Everything inside is secret, whatever it is called. */
  readonly whole: boolean;
  /** What stands in place of a number, where one must stand. */
  readonly number?: 0;
}

/** Field name → what becomes of it. */
type Rules = Map<string, Rule>;

const NOT_SECRET: Rule = { secrecy: undefined, whole: false };
const KEY: Rule = { secrecy: 'key', whole: false };
const STRENGTH: readonly (Secrecy | undefined)[] = [undefined, 'words', 'media', 'key'];

/** Of two declarations the one that hides more. */
function stronger(one: Rule | undefined, other: Rule): Rule {
  if (!one) return other;
  const [strong, weak] = STRENGTH.indexOf(one.secrecy) < STRENGTH.indexOf(other.secrecy) ? [other, one] : [one, other];
  return weak.whole && !strong.whole ? { ...strong, whole: true } : strong;
}

const ROOTS = [
  ClientEvent,
  ServerEvent,
  TranslationClientEvent,
  TranslationServerEvent,
  CreateClientSecretRequest,
  CreateClientSecretResponse,
  CreateTranslationClientSecretRequest,
  CallCreateRequest,
  CallReferRequest,
  CallIncomingWebhook,
];

/** Beta events whose `delta` is words; that of an event nobody knows counts as audio. */
const BETA_WORDS = ['response.text.delta', 'response.audio_transcript.delta'];
/** Names of credentials that no schema of ours has. */
const KEY_NAMES = ['Authorization', 'api-key', 'api_key', 'apiKey', 'client_secret', 'resume_token', 'x-api-key'];

interface Tables {
  /** By the `type` of the object a field stands in. */
  readonly byType: Map<string, Rules>;
  /** By the name under which an object without a known `type` stands. */
  readonly byPlace: Map<string, Rules>;
  /** For everything else: the strongest declaration of the name anywhere. */
  readonly anywhere: Rules;
}

let tables: Tables | undefined;

/** Read off the schemas on first use, so that importing stays cheap. */
function readTables(): Tables {
  const read: Tables = { byType: new Map(), byPlace: new Map(), anywhere: new Map() };
  const seen = new Map<Node, Set<string>>();
  for (const root of ROOTS) collect(root.node, '', read, seen);
  for (const type of BETA_WORDS) add(read.byType, type, 'delta', { secrecy: 'words', whole: false });
  for (const name of KEY_NAMES) read.anywhere.set(name, stronger(read.anywhere.get(name), KEY));
  // The bytes of a transcribed token are the token. They stay numbers, so that the event still decodes.
  add(read.byPlace, 'logprobs', 'bytes', { secrecy: 'words', whole: true, number: 0 });
  return read;
}

function add(into: Map<string, Rules>, where: string, name: string, rule: Rule): void {
  const rules = into.get(where) ?? new Map();
  into.set(where, rules.set(name, stronger(rules.get(name), rule)));
}

function collect(node: Node, place: string, read: Tables, seen: Map<Node, Set<string>>): void {
  switch (node.kind) {
    case 'object': {
      const places = seen.get(node) ?? new Set();
      if (places.has(place)) return;
      seen.set(node, places.add(place));
      const tag = node.fields.type;
      const types = tag && inner(tag).kind === 'choice' ? (inner(tag) as { values: readonly string[] }).values : [];
      for (const [name, field] of Object.entries(node.fields)) {
        const rule = ruleOf(field);
        if (rule && types.length === 0) add(read.byPlace, place, name, rule);
        for (const type of rule ? types : []) add(read.byType, type, name, rule as Rule);
        if (rule?.secrecy) read.anywhere.set(name, stronger(read.anywhere.get(name), rule));
        collect(field, name, read, seen);
      }
      break;
    }
    case 'variants':
    case 'either':
      for (const each of Object.values(node.of)) collect(each, place, read, seen);
      break;
    case 'array':
    case 'nullable':
    case 'optional':
      collect(node.of, place, read, seen);
      break;
    case 'record':
      collect(node.of, '', read, seen);
      break;
    case 'lazy':
      if (!seen.has(node)) collect(node.get(), place, read, seen.set(node, new Set()));
  }
}

/** The node that judges a value which is there. */
function inner(node: Node): Node {
  if (node.kind === 'optional' || node.kind === 'nullable') return inner(node.of);
  return node.kind === 'lazy' ? inner(node.get()) : node;
}

/** What a field's own schema says of it; nothing, where it holds an object, whose fields speak for themselves. */
function ruleOf(field: Node): Rule | undefined {
  const node = inner(field);
  switch (node.kind) {
    case 'string':
      return { secrecy: node.secret, whole: false };
    case 'choice':
      return NOT_SECRET;
    case 'json':
      return node.secret && { secrecy: node.secret, whole: true };
    case 'array':
      return ruleOf(node.of);
    case 'either':
      return node.of.map(ruleOf).find((rule) => rule?.secrecy);
    case 'record': {
      const rule = ruleOf(node.of);
      return rule?.secrecy && { secrecy: rule.secrecy, whole: true };
    }
    default:
      return undefined;
  }
}

// ---- The copy ----

/** One copying: what it hides, what it has met, how much more it may meet. */
class Copy {
  readonly #hidden: ReadonlySet<Secrecy>;
  readonly #tables = (tables ??= readTables());
  /** Copies by original and by what was known of the place, so that objects naming each other twice do not unfold into billions. */
  readonly #made = new Map<object, Map<unknown, unknown>>();
  /** The objects that are being copied, one inside the other. */
  readonly #open = new Set<object>();
  #left = MAX_VALUES;

  constructor(hidden: ReadonlySet<Secrecy>) {
    this.#hidden = hidden;
  }

  of(value: unknown, place: string | undefined, rule: Rule, depth: number): unknown {
    const hides = rule.secrecy !== undefined && this.#hidden.has(rule.secrecy);
    if (typeof value === 'string') {
      const isTelling = holdsCredential(value) || (this.#hidden.has('media') && isDataUri(value));
      return isTelling || (hides && !SIGNS.has(value)) ? REDACTED : value;
    }
    if (value === null || value === undefined) return value;
    if (typeof value === 'function' || typeof value === 'symbol') return UNREADABLE;
    if (typeof value !== 'object') return hides && rule.whole ? (rule.number ?? REDACTED) : value;
    if (this.#open.has(value)) return CYCLE;
    if (depth > MAX_DEPTH || this.#left <= 0) return TOO_LARGE;
    this.#open.add(value);
    try {
      return this.#container(value, place, hides ? rule : NOT_SECRET, depth);
    } catch {
      // Only a hostile object (a throwing proxy) ends here; its error may hold anything, so it is not passed on.
      return UNREADABLE;
    } finally {
      this.#open.delete(value);
    }
  }

  #container(value: object, place: string | undefined, rule: Rule, depth: number): unknown {
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return this.#hidden.has('media') ? REDACTED : value;
    if (value instanceof String) return this.of(String.prototype.valueOf.call(value), place, rule, depth);
    const isArray = Array.isArray(value);
    const circumstances = rule.whole ? rule : isArray ? `${place}/${rule.secrecy}` : this.#rulesFor(value, place);
    const made = this.#made.get(value) ?? new Map();
    if (made.has(circumstances)) return made.get(circumstances);
    const copy = isArray
      ? this.#array(value, place, rule, depth)
      : this.#object(value, rule.whole ? undefined : (circumstances as Rules), rule, depth);
    this.#made.set(value, made.set(circumstances, copy));
    return copy;
  }

  #rulesFor(value: object, place: string | undefined): Rules | undefined {
    const type = ownValue(value, 'type');
    const { byType, byPlace } = this.#tables;
    return (typeof type === 'string' ? byType.get(type) : undefined) ?? byPlace.get(place ?? '');
  }

  #array(value: readonly unknown[], place: string | undefined, rule: Rule, depth: number): unknown[] {
    const copy: unknown[] = [];
    const { length } = value;
    for (let i = 0; i < length; i++) {
      if (this.#left-- <= 0) return [...copy, TOO_LARGE];
      copy.push(this.of(ownValue(value, i), place, rule, depth + 1));
    }
    return copy;
  }

  #object(value: object, rules: Rules | undefined, whole: Rule, depth: number): object {
    const copy: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      if (this.#left-- <= 0) return { ...copy, [TOO_LARGE]: TOO_LARGE };
      const rule = whole.whole ? whole : (rules?.get(name) ?? this.#tables.anywhere.get(name) ?? NOT_SECRET);
      const field = this.of(ownValue(value, name), name, rule, depth + 1);
      if (name === '__proto__') Object.defineProperty(copy, name, { ...PLAIN, value: field });
      else copy[holdsCredential(name) ? REDACTED : name] = field;
    }
    return copy;
  }
}

/** As assignment would make it, were the name not a prototype's. */
const PLAIN = { writable: true, enumerable: true, configurable: true };

function ownValue(value: object, name: string | number): unknown {
  try {
    return Object.hasOwn(value, name) ? (value as Record<string | number, unknown>)[name] : undefined;
  } catch {
    // A getter that throws hides one field, not the object.
    return UNREADABLE;
  }
}

/** Audio and images go by this too, in places of other protocols. */
const isDataUri = (text: string): boolean => /^data:[^,]{0,256};base64,/i.test(text);
