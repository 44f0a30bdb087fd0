// Selects the tool and arguments that a sentence asks for, by the words of the tool's name. No language understanding.

import type { NeutralTool } from '@colloquy/session';
import { isObject } from '../../is-object.ts';
import { numbersIn } from './spoken-numbers.ts';

export interface ToolCall {
  readonly name: string;
  /** The MCP server of the tool. */
  readonly server_label?: string;
  /** A JSON object. */
  readonly arguments: string;
}

/** Words in tool names that carry no meaning. */
const EMPTY_WORDS = new Set(
  'get set do run call make fetch find lookup look search show tell give read current the a an of for in by my your info data tool function api up'.split(
    ' ',
  ),
);
/** Words before a value in a question. */
const BEFORE_VALUE = /\b(?:in|for|of|at|to|about|from|near|called|named)\s+(?:the\s+)?/g;
const AFTER_VALUE = /[?.!,;]|\b(?:today|tonight|tomorrow|now|right now|please|like|is|are|at the moment)\b/;

/** `getWeather_forToday` → `weather`, `today`. */
const nameWords = (name: string): string[] =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1 && !EMPTY_WORDS.has(word));

const singular = (word: string): string => word.replace(/(?<=[a-z]{3})s$/, '');

/** The call that `text` asks for: the tool with the most words in common, the first of equals. */
export function findCall(text: string, tools: readonly NeutralTool[]): ToolCall | undefined {
  const words = new Set((text.toLowerCase().match(/[a-z0-9]+/g) ?? []).map(singular));
  const scored = tools.map((tool) => {
    const own = nameWords(tool.name);
    const shared = own.filter((word) => words.has(singular(word))).length;
    return { tool, score: shared === 0 ? 0 : shared + shared / own.length };
  });
  const best = scored.reduce((best, each) => (each.score > best.score ? each : best), {
    score: 0,
  } as (typeof scored)[0]);
  return best.score > 0 ? callOf(best.tool, text) : undefined;
}

/** A call of this tool with arguments from the sentence. */
export function callOf(tool: NeutralTool, text: string): ToolCall {
  const { name, server_label } = tool;
  return {
    ...{ name, ...(server_label !== undefined && { server_label }) },
    arguments: JSON.stringify(argumentsFor(tool.parameters, valuesIn(text, nameWords(tool.name)), text)),
  };
}

interface Property {
  type?: unknown;
  enum?: unknown;
}

/** Values for the properties of the schema that the sentence provides; required ones always get a value. */
function argumentsFor(schema: unknown, phrases: string[], text: string): Record<string, unknown> {
  if (!isObject(schema) || !isObject(schema.properties)) return {};
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const numbers = numbersIn(text);
  const args: [string, unknown][] = [];
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = valueFor(isObject(property) ? property : {}, text, phrases, numbers);
    const isNeeded = required.has(name);
    if (value !== undefined) args.push([name, value]);
    else if (isNeeded) args.push([name, emptyValue(isObject(property) ? property : {})]);
  }
  return Object.fromEntries(args);
}

/** Removes the values it uses from `phrases` and `numbers`. */
function valueFor(property: Property, text: string, phrases: string[], numbers: number[]): unknown {
  if (Array.isArray(property.enum)) {
    const named = (option: unknown) => typeof option === 'string' && text.toLowerCase().includes(option.toLowerCase());
    return property.enum.find(named);
  }
  switch (property.type) {
    case 'number':
      return numbers.shift();
    case 'integer': {
      const value = numbers.shift();
      return value === undefined ? undefined : Math.round(value);
    }
    case 'boolean':
      return undefined;
    case 'string':
    case undefined:
      return phrases.shift();
    default:
      return undefined;
  }
}

function emptyValue({ type, enum: options }: Property): unknown {
  if (Array.isArray(options)) return options[0];
  if (type === 'number' || type === 'integer') return 0;
  if (type === 'boolean') return false;
  if (type === 'array') return [];
  return type === 'object' ? {} : '';
}

/** The values in a sentence: `the weather in paris today` → `paris`. Words of the tool's name are excluded. */
function valuesIn(sentence: string, excluded: readonly string[]): string[] {
  const text = sentence.slice(0, 500);
  return [...text.matchAll(BEFORE_VALUE)]
    .map(({ index, 0: before }) => {
      const rest = text.slice(index + before.length);
      const stops = [rest.search(AFTER_VALUE), rest.search(/\s(?:in|for|of|at|to|about|from|near)\s/)].filter(
        (at) => at >= 0,
      );
      return rest.slice(0, Math.min(...stops, rest.length)).trim();
    })
    .filter((value) => value !== '' && !excluded.includes(value.toLowerCase()));
}
