// Which calls wait for the client's approval.

import type { RealtimeMcpTool } from '@colloquy/protocol';
import { expect, it } from 'vitest';
import { isAllowed, needsApproval } from './mcp-policy.ts';

const entry = (name: string, readOnlyHint?: unknown) => ({
  name,
  input_schema: {},
  hash: '1',
  ...(readOnlyHint === undefined ? {} : { annotations: { readOnlyHint, destructiveHint: false } }),
});
const server = (require_approval?: unknown): RealtimeMcpTool =>
  ({
    type: 'mcp',
    server_label: 's',
    ...(require_approval === undefined ? {} : { require_approval }),
  }) as RealtimeMcpTool;
const needs = (require_approval: unknown, tool = entry('find'), allowed = true) =>
  needsApproval(server(require_approval), tool, allowed);

it('[MC6] absent, null or not understood means always', () => {
  for (const said of [undefined, null, 'always', 'sometimes', 7, {}, { never: {} }, { always: {} }]) {
    expect(needs(said), JSON.stringify(said)).toBe(true);
  }
});

it('[MC6] never works only where the operator allows it', () => {
  for (const said of ['never', { never: { tool_names: ['find'] } }]) {
    expect(needs(said)).toBe(false);
    expect(needs(said, entry('find'), false)).toBe(true);
  }
});

it('[MC6] filters name tools; always wins over never, and what is named in neither waits', () => {
  const said = { never: { tool_names: ['find', 'lend'] }, always: { tool_names: ['lend'] } };
  expect([entry('find'), entry('lend'), entry('burn'), entry('fin')].map((tool) => needs(said, tool))).toEqual([
    false,
    true,
    true,
    true,
  ]);
});

it('[MC6] annotations only ever add an approval', () => {
  expect(needs({ never: { read_only: true } }, entry('find', true))).toBe(true);
  expect(needs({ never: { read_only: false } }, entry('find'))).toBe(true);
  expect(needs({ never: { tool_names: ['find'], read_only: true } }, entry('find', true))).toBe(false);
  expect(needs({ never: { tool_names: ['find'], read_only: true } }, entry('find', 'true'))).toBe(true);
  const careful = { never: { tool_names: ['find'] }, always: { read_only: false } };
  expect(needs(careful, entry('find', true))).toBe(false);
  expect(needs(careful, entry('find'))).toBe(true);
});

it('[MC11] a tool that is not what the client was shown waits in any case', () => {
  expect(needs('never', { ...entry('find'), redefined: true } as never)).toBe(true);
});

it('[MC4] allowed_tools: names are whole names', () => {
  expect(isAllowed({ ...server(), allowed_tools: ['find'] }, entry('find_all'))).toBe(false);
  expect(isAllowed({ ...server(), allowed_tools: [] }, entry('find'))).toBe(false);
  expect(isAllowed({ ...server(), allowed_tools: {} }, entry('find'))).toBe(true);
});
