// Which functions a test server's sessions called, and the assertion on them. Starting the server is `test-server.ts`.

import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import type { ServerEvent } from '@colloquy/protocol';

/** A call of a function, or of a tool of an MCP server. */
export interface TestCall {
  readonly name: string;
  /** The parsed arguments; the text itself where it is not JSON. */
  readonly arguments: unknown;
}

/** The calls that are finished, in their order. */
export function callsIn(events: readonly ServerEvent[]): TestCall[] {
  return events.flatMap((event) => {
    if (event.type !== 'response.output_item.done') return [];
    const { item } = event;
    if (item.type !== 'function_call' && item.type !== 'mcp_call') return [];
    return [{ name: item.name ?? '', arguments: parseJson(item.arguments ?? '') }];
  });
}

/**
 * Returns the first call of this name, with these arguments if any are given: all of them, compared in depth.
 *
 * Throws an `AssertionError` with `actual` and `expected`, which test runners show as a difference.
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
