// What language models call the tools they are offered. They know functions alone, by one name each, of letters they allow;
// tools of MCP servers are offered as functions, and two servers may have tools of one name.

import type { RealtimeToolChoice } from '@colloquy/protocol';
import type { NeutralTool } from '@colloquy/session';
import type { Thought } from '../ports.ts';

/** A tool under the name a model knows it by. */
export interface NamedTool {
  readonly modelName: string;
  readonly tool: NeutralTool;
}

export interface ToolNames {
  readonly tools: readonly NamedTool[];
  /** The choice in words a model knows: one of the three, or the name of the tool that has to be called. */
  readonly choice: 'none' | 'auto' | 'required' | { readonly modelName: string };
  /** The call that a model means; of a name it was not offered, as it says it. */
  call(modelName: string, call_id: string): Extract<Thought, { type: 'call' }>;
  /** What a tool that was called before is called. */
  nameOf(name: string, server_label?: string): string;
}

/** Longest name a model takes. */
const LONGEST = 64;
const PLAIN = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Names for the tools a choice leaves: all of them, those of one server, or one. Functions keep their names; a server's tool
 * keeps its own where no other has it and models allow it.
 */
export function toolNames(offered: readonly NeutralTool[], choice: RealtimeToolChoice): ToolNames {
  const all: NamedTool[] = [];
  const taken = new Set(offered.flatMap(({ name, server_label }) => (server_label === undefined ? [name] : [])));
  for (const tool of offered) {
    const isFunction = tool.server_label === undefined;
    const modelName = isFunction ? tool.name : freeName(tool, taken);
    taken.add(modelName);
    all.push({ modelName, tool });
  }
  const named = typeof choice === 'object';
  const tools = named ? all.filter(({ tool }) => isChosen(tool, choice)) : all;
  const [only] = tools;
  return {
    tools,
    choice: !named ? choice : only && tools.length === 1 ? { modelName: only.modelName } : 'required',
    call(modelName, call_id) {
      const known = tools.find((each) => each.modelName === modelName)?.tool;
      const { name, server_label } = known ?? { name: modelName };
      return { type: 'call', name, call_id, ...(server_label !== undefined && { server_label }) };
    },
    nameOf: (name, server_label) =>
      all.find(({ tool }) => tool.name === name && tool.server_label === server_label)?.modelName ?? plain(name),
  };
}

const isChosen = (tool: NeutralTool, choice: Exclude<RealtimeToolChoice, string>): boolean =>
  choice.type === 'function'
    ? tool.server_label === undefined && tool.name === choice.name
    : tool.server_label === choice.server_label && (choice.name == null || tool.name === choice.name);

const plain = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, LONGEST) || 'tool';

/** A name that no other tool has: its own, or one with its server's label, or that with a number. */
function freeName({ name, server_label }: NeutralTool, taken: ReadonlySet<string>): string {
  if (PLAIN.test(name) && !taken.has(name)) return name;
  const base = plain(`${server_label}__${name}`);
  for (let n = 1; ; n++) {
    const ending = n === 1 ? '' : `_${n}`;
    const candidate = base.slice(0, LONGEST - ending.length) + ending;
    if (!taken.has(candidate)) return candidate;
  }
}
