// Checks a client event against the list of models: every model in a known field must be on the list, and unknown fields may not
// contain other text, because an upstream may read a model there [RL9, RL14].

import { ClientEvent, holdsCredential, type Issue } from '@colloquy/protocol';
import type { Node } from '@colloquy/protocol/schema';

/** Returns the first refused value of a decoded event, as `invalid_model` or `unknown_parameter`. */
export function checkModels(event: ClientEvent, models: readonly string[]): Issue | undefined {
  return checkValue(event, ClientEvent.node, { models, path: '', key: '' });
}

interface Place {
  readonly models: readonly string[];
  /** Path of the wire, such as `session.tools[0].name`. */
  readonly path: string;
  /** The last name of `path`. */
  readonly key: string;
}

/** `node` is the protocol's schema at this place, `undefined` in an unknown field. */
function checkValue(value: unknown, node: Node | undefined, place: Place): Issue | undefined {
  if (Array.isArray(value)) return checkElements(value, node, place);
  if (typeof value === 'object' && value !== null) return checkFields(value, node, place);
  if (node === undefined) return checkUnknown(value, place);
  return undefined;
}

function checkElements(values: readonly unknown[], node: Node | undefined, place: Place): Issue | undefined {
  const list = node && resolve(node, values);
  if (list?.kind === 'json') return undefined;
  const of = list?.kind === 'array' ? list.of : undefined;
  for (const [index, value] of values.entries()) {
    const issue = checkValue(value, of, { ...place, path: `${place.path}[${index}]` });
    if (issue) return issue;
  }
  return undefined;
}

function checkFields(value: object, node: Node | undefined, place: Place): Issue | undefined {
  const shape = node && resolve(node, value);
  // Free data of the client: tool schemas, metadata, prompt variables.
  if (shape?.kind === 'json' || shape?.kind === 'record') return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const of = fieldOf(shape, key);
    const inside = {
      ...place,
      key,
      path: place.path === '' ? paramSegment(key) : `${place.path}.${paramSegment(key)}`,
    };
    // Transcription models are not on the list.
    const isModel = of !== undefined && key === 'model' && place.key !== 'transcription';
    const issue = isModel ? checkModel(inner, inside) : checkValue(inner, of, inside);
    if (issue) return issue;
  }
  return undefined;
}

/** The schema of a field. An event or variant of an unknown type has only its tag, and an event its `event_id`. */
function fieldOf(shape: Node | undefined, key: string): Node | undefined {
  if (shape?.kind === 'object') return Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
  if (shape?.kind !== 'variants') return undefined;
  return key === shape.tag || (shape === ClientEvent.node && key === 'event_id') ? TEXT : undefined;
}

const TEXT: Node = { kind: 'string' };

/** Unwraps a node to the one that describes this array or object. */
function resolve(node: Node, value: object): Node | undefined {
  switch (node.kind) {
    case 'nullable':
    case 'optional':
      return resolve(node.of, value);
    case 'lazy':
      return resolve(node.get(), value);
    case 'either':
      return node.of.map((each) => resolve(each, value)).find((each) => each !== undefined);
    case 'variants': {
      if (Array.isArray(value)) return undefined;
      const tag = (value as Record<string, unknown>)[node.tag];
      const variant = typeof tag === 'string' && Object.hasOwn(node.of, tag) ? node.of[tag] : undefined;
      return variant ? resolve(variant, value) : node;
    }
    case 'array':
      return Array.isArray(value) ? node : undefined;
    case 'object':
    case 'record':
      return Array.isArray(value) ? undefined : node;
    case 'json':
      return node;
    default:
      return undefined;
  }
}

function checkUnknown(value: unknown, place: Place): Issue | undefined {
  if (place.key.trim().toLowerCase() === 'model') return checkModel(value, place);
  if (typeof value !== 'string' || place.models.includes(value)) return undefined;
  const message =
    'Unknown parameter. While models are limited to a list, no text passes under a parameter that is not known.';
  return { code: 'unknown_parameter', param: place.path.slice(0, MAX_PARAM_LENGTH), message };
}

function checkModel(value: unknown, { models, path }: Place): Issue | undefined {
  if (value === null || models.includes(value as string)) return undefined;
  const message = 'The model does not exist or you do not have access to it.';
  return { code: 'invalid_model', param: path.slice(0, MAX_PARAM_LENGTH), message };
}

const MAX_PARAM_LENGTH = 256;
const MAX_KEY_LENGTH = 64;

const paramSegment = (key: string) => (holdsCredential(key) ? '[REDACTED]' : key.slice(0, MAX_KEY_LENGTH));
