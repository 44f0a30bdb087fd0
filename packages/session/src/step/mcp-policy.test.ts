// Which MCP calls need the client's approval.

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

it('[MC6] requires approval when require_approval is absent, null or unknown', () => {
  for (const policy of [undefined, null, 'always', 'sometimes', 7, {}, { never: {} }, { always: {} }]) {
    expect(needs(policy), JSON.stringify(policy)).toBe(true);
  }
});

it('[MC6] skips approval for never only when the operator allows it', () => {
  for (const policy of ['never', { never: { tool_names: ['find'] } }]) {
    expect(needs(policy)).toBe(false);
    expect(needs(policy, entry('find'), false)).toBe(true);
  }
});

it('[MC6] prefers always to never in filters, and requires approval for unnamed tools', () => {
  const policy = { never: { tool_names: ['find', 'lend'] }, always: { tool_names: ['lend'] } };
  expect([entry('find'), entry('lend'), entry('burn'), entry('fin')].map((tool) => needs(policy, tool))).toEqual([
    false,
    true,
    true,
    true,
  ]);
});

it('[MC6] lets annotations only add an approval', () => {
  expect(needs({ never: { read_only: true } }, entry('find', true))).toBe(true);
  expect(needs({ never: { read_only: false } }, entry('find'))).toBe(true);
  expect(needs({ never: { tool_names: ['find'], read_only: true } }, entry('find', true))).toBe(false);
  expect(needs({ never: { tool_names: ['find'], read_only: true } }, entry('find', 'true'))).toBe(true);
  const careful = { never: { tool_names: ['find'] }, always: { read_only: false } };
  expect(needs(careful, entry('find', true))).toBe(false);
  expect(needs(careful, entry('find'))).toBe(true);
});

it('[MC11] requires approval when the definition differs from what was shown', () => {
  expect(needs('never', { ...entry('find'), redefined: true } as never)).toBe(true);
});

it('[MC4] matches whole names in allowed_tools', () => {
  expect(isAllowed({ ...server(), allowed_tools: ['find'] }, entry('find_all'))).toBe(false);
  expect(isAllowed({ ...server(), allowed_tools: [] }, entry('find'))).toBe(false);
  expect(isAllowed({ ...server(), allowed_tools: {} }, entry('find'))).toBe(true);
});
