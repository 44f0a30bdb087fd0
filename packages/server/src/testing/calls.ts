// Lists the function and tool calls of a test server's sessions, and asserts on them. The server: `test-server.ts`.

import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import type { ServerEvent } from '@colloquy/protocol';

/** A call of a function or of an MCP server's tool. */
export interface TestCall {
  readonly name: string;
  /** The parsed arguments; the text if it is not JSON. */
  readonly arguments: unknown;
}

/** The finished calls in order. */
export function callsIn(events: readonly ServerEvent[]): TestCall[] {
  return events.flatMap((event) => {
    if (event.type !== 'response.output_item.done') return [];
    const { item } = event;
    if (item.type !== 'function_call' && item.type !== 'mcp_call') return [];
    return [{ name: item.name ?? '', arguments: parseJson(item.arguments ?? '') }];
  });
}

/**
 * Returns the first call with this name and, if given, these arguments (deep equality).
 *
 * Throws an `AssertionError` with `actual` and `expected`, so that test runners show a diff.
 */
export function assertCalled(calls: readonly TestCall[], name: string, ...wanted: [expected?: unknown]): TestCall {
  const ofName = calls.filter((call) => call.name === name);
  const match = wanted.length === 0 ? ofName[0] : ofName.find((call) => isDeepStrictEqual(call.arguments, wanted[0]));
  if (match) return match;
  const callList = calls.map((call) => `\n  ${call.name}(${JSON.stringify(call.arguments)})`).join('');
  const message =
    ofName.length === 0
      ? `${name} was not called. ${callList ? `Called were:${callList}` : 'Nothing was called.'}`
      : `${name} was called with other arguments than ${JSON.stringify(wanted[0])}. Called were:${callList}`;
  const [actual, expected] =
    ofName.length === 0 ? [calls.map((call) => call.name), [name]] : [ofName.at(-1)?.arguments, wanted[0]];
  throw new AssertionError({ message, actual, expected, operator: 'deepStrictEqual', stackStartFn: assertCalled });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
