// Validates a value with a schema and finds the issue. Valid frames usually pass the faster checks of `checks.generated.ts`.

import type { FailureCode, Issue } from '../errors.ts';
import { holdsCredential } from '../redact/credential.ts';
import type { Bounds, Node, Profile } from './node.ts';

/** A problem on its way up: the path grows as it passes each container. */
interface Fault {
  code: FailureCode;
  path: string;
  /** The rest of the message, once the path is known. */
  say: (path: string) => string;
}

const fault = (code: FailureCode, say: (path: string) => string, path = ''): Fault => ({ code, path, say });

/** The name of a value's JSON type, for messages. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value;
}

/** A value that may be quoted: cut to 64 printable characters [ER4], and not when it looks like a key [RD11]. */
export const quote = (text: string): string => {
  if (holdsCredential(text)) return '[REDACTED]';
  const clean = text.replace(/[^\x20-\x7e]/g, '?');
  return clean.length > 64 ? `${clean.slice(0, 63)}…` : clean;
};

const missing = (path: string): string => `Missing required parameter: '${path}'.`;
const unknownParameter = (path: string): string => `Unknown parameter: '${path}'.`;

const wrongType = (expected: string, value: unknown): Fault => {
  const got = typeName(value);
  return fault(
    'invalid_type',
    (path) =>
      `Invalid type${path && ` for '${path}'`}: expected ${article(expected)}, but got ${article(got)} instead.`,
  );
};

const article = (noun: string): string => (noun === 'null' ? noun : /^[aeio]/.test(noun) ? `an ${noun}` : `a ${noun}`);

const wrongValue = (value: string, values: readonly string[]): Fault =>
  fault(
    'invalid_value',
    () => `Invalid value: '${quote(value)}'. Supported values are: ${values.map((each) => `'${each}'`).join(', ')}.`,
  );

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The first problem, or `undefined`. Never throws: what a getter or a proxy throws counts as a wrong type. */
export function check(node: Node, value: unknown, profile: Profile): Issue | undefined {
  try {
    const fault = judge(node, value, profile, 0);
    if (!fault) return undefined;
    const path = fault.path.replace(/^\./, '');
    return { code: fault.code, param: path === '' ? null : path, message: fault.say(path) };
  } catch {
    // Only a hostile object (a throwing getter or proxy) ends here; its own error may hold anything, so it is not passed on.
    return { code: 'invalid_type', param: null, message: 'the value cannot be read' };
  }
}

/** Deeper than any wire shape; a cyclic value handed to the library ends here. */
const MAX_DEPTH = 256;

function judge(node: Node, value: unknown, profile: Profile, depth: number): Fault | undefined {
  switch (node.kind) {
    case 'string':
      if (typeof value !== 'string') return wrongType('string', value);
      if (profile === 'tolerant' || (profile === 'strict' && !node.official)) return undefined;
      if (node.max !== undefined && value.length > node.max)
        return tooLong('string_above_max_length', 'string', node.max, 'character', value.length);
      return node.pattern?.test(value) === false ? unlikePattern(node.pattern) : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : wrongType('boolean', value);
    case 'integer':
    case 'number':
      return judgeNumber(node.kind, node.bounds, value, profile);
    case 'json':
      if (node.object && !isObject(value)) return wrongType('object', value);
      return undefined;
    case 'choice':
      if (typeof value !== 'string') return wrongType('string', value);
      return profile === 'tolerant' || node.values.includes(value) ? undefined : wrongValue(value, node.values);
    case 'nullable':
      return value === null ? undefined : judge(node.of, value, profile, depth);
    case 'optional':
      return value === undefined || (value === null && profile !== 'strict')
        ? undefined
        : judge(node.of, value, profile, depth);
    case 'lazy':
      return judge(node.get(), value, profile, depth);
    case 'either':
      return judgeEither(node.of, value, profile, depth);
    case 'array': {
      if (!Array.isArray(value)) return wrongType('array', value);
      if (profile !== 'tolerant' && node.min !== undefined && value.length < node.min)
        return fault(
          'invalid_value',
          (path) => `Invalid '${path}': array too short. Expected at least ${plural(node.min ?? 0, 'element')}.`,
        );
      if (profile === 'server' && node.max !== undefined && value.length > node.max)
        return tooLong('array_above_max_length', 'array', node.max, 'element', value.length);
      if (depth > MAX_DEPTH) return tooDeep();
      for (let i = 0; i < value.length; i++) {
        const fault = judge(node.of, value[i], profile, depth + 1);
        if (fault) return under(`[${i}]`, fault);
      }
      return undefined;
    }
    case 'record':
      return judgeRecord(node, value, profile, depth);
    case 'object':
      return judgeObject(node, value, profile, depth);
    case 'variants': {
      if (!isObject(value)) return wrongType('object', value);
      const tag = value[node.tag];
      if (tag === undefined && node.mayLackTag && profile === 'tolerant') return undefined;
      if (tag === undefined) return fault('missing_required_parameter', missing, `.${node.tag}`);
      if (typeof tag !== 'string') return under(`.${node.tag}`, wrongType('string', tag));
      const chosen = Object.hasOwn(node.of, tag) ? node.of[tag] : undefined;
      if (chosen) return judge(chosen, value, profile, depth);
      return profile === 'tolerant' ? undefined : under(`.${node.tag}`, wrongValue(tag, Object.keys(node.of)));
    }
  }
}

const unlikePattern = (pattern: RegExp): Fault =>
  fault(
    'invalid_value',
    (path) =>
      `Invalid '${path}': string does not match pattern. Expected a string that matches the pattern '${pattern.source}'.`,
  );

const under = (step: string, fault: Fault): Fault => {
  fault.path = step + fault.path;
  return fault;
};

const tooDeep = () => fault('invalid_event', () => 'the value is nested too deeply');

const tooLong = (code: FailureCode, noun: string, max: number, unit: string, got: number): Fault =>
  fault(
    code,
    (path) =>
      `Invalid '${path}': ${noun} too long. Expected ${article(noun)} with maximum length ${max}, but got ${plural(got, unit)}.`,
  );

function judgeNumber(kind: 'integer' | 'number', bounds: Bounds, value: unknown, profile: Profile): Fault | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || (kind === 'integer' && !Number.isInteger(value)))
    return wrongType(kind, value);
  if (profile === 'tolerant' || (profile === 'strict' && !bounds.official)) return undefined;
  const stem = kind === 'integer' ? 'integer' : 'decimal';
  if (bounds.min !== undefined && value < bounds.min)
    return fault(
      `${stem}_below_min_value`,
      (path) =>
        `Invalid '${path}': ${stem} below minimum value. Expected a value >= ${bounds.min}, but got ${value} instead.`,
    );
  if (bounds.max !== undefined && value > bounds.max)
    return fault(
      `${stem}_above_max_value`,
      (path) =>
        `Invalid '${path}': ${stem} above maximum value. Expected a value <= ${bounds.max}, but got ${value} instead.`,
    );
  return undefined;
}

function judgeEither(nodes: readonly Node[], value: unknown, profile: Profile, depth: number): Fault | undefined {
  const fitting = nodes.find((node) => takes(node, value));
  if (fitting) return judge(fitting, value, profile, depth);
  return wrongType(nodes.map(nameOf).join(' or '), value);
}

function takes(node: Node, value: unknown): boolean {
  switch (node.kind) {
    case 'string':
    case 'choice':
      return typeof value === 'string';
    case 'integer':
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value);
    case 'lazy':
      return takes(node.get(), value);
    default:
      return isObject(value);
  }
}

function nameOf(node: Node): string {
  if (node.kind === 'choice') return 'string';
  return node.kind === 'variants' || node.kind === 'record' || node.kind === 'json' ? 'object' : node.kind;
}

function judgeRecord(
  node: Extract<Node, { kind: 'record' }>,
  value: unknown,
  profile: Profile,
  depth: number,
): Fault | undefined {
  if (!isObject(value)) return wrongType('object', value);
  const keys = Object.keys(value);
  if (profile === 'server' && node.maxKeys !== undefined && keys.length > node.maxKeys)
    return tooLong('object_above_max_properties', 'object', node.maxKeys, 'property'.replace(/y$/, 'ie'), keys.length);
  if (depth > MAX_DEPTH) return tooDeep();
  for (const key of keys) {
    if (profile === 'server' && node.maxKey !== undefined && key.length > node.maxKey)
      return tooLong('string_above_max_length', 'string', node.maxKey, 'character', key.length);
    const fault = judge(node.of, value[key], profile, depth + 1);
    if (fault) return under(`.${quote(key)}`, fault);
  }
  return undefined;
}

function judgeObject(
  node: Extract<Node, { kind: 'object' }>,
  value: unknown,
  profile: Profile,
  depth: number,
): Fault | undefined {
  if (!isObject(value)) return wrongType('object', value);
  if (depth > MAX_DEPTH) return tooDeep();
  for (const name in node.fields) {
    const field = node.fields[name] as Node;
    const member = Object.hasOwn(value, name) ? value[name] : undefined;
    if (member === undefined) {
      if (field.kind === 'optional' && !(field.expected && profile === 'strict')) continue;
      return fault('missing_required_parameter', missing, `.${name}`);
    }
    const memberFault = judge(field, member, profile, depth + 1);
    if (memberFault) return under(`.${name}`, memberFault);
  }
  const closed =
    (node.unknown === 'refuse' && profile === 'server') || (node.unknown === 'never' && profile !== 'tolerant');
  if (closed)
    for (const key of Object.keys(value))
      if (!Object.hasOwn(node.fields, key)) return fault('unknown_parameter', unknownParameter, `.${quote(key)}`);
  return undefined;
}
