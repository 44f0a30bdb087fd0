// Names of tools for language models. Models know only functions, with one restricted name each, so MCP tools are
// offered as functions, and two servers' tools of one name get different names.

import type { RealtimeToolChoice } from '@colloquy/protocol';
import type { NeutralTool } from '@colloquy/session';
import type { ThinkEvent } from '../ports.ts';

/** A tool and its name for the model. */
export interface NamedTool {
  readonly modelName: string;
  readonly tool: NeutralTool;
}

export interface ToolNames {
  readonly tools: readonly NamedTool[];
  /** The tool choice for the model: a mode, or the name of the tool it must call. */
  readonly choice: 'none' | 'auto' | 'required' | { readonly modelName: string };
  /** Converts a model's call. An unknown name is passed on unchanged. */
  call(modelName: string, call_id: string): Extract<ThinkEvent, { type: 'call' }>;
  /** The model's name of a tool that was called before. */
  nameOf(name: string, server_label?: string): string;
}

/** Characters of a name that models accept. */
const MAX_NAME_LENGTH = 64;
const PLAIN = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Names the tools that the choice allows: all, those of one server, or one. Functions keep their names; an MCP tool
 * keeps its own if it is valid and unused.
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
  const isNamed = typeof choice === 'object';
  const tools = isNamed ? all.filter(({ tool }) => isChosen(tool, choice)) : all;
  const [single] = tools;
  return {
    tools,
    choice: !isNamed ? choice : single && tools.length === 1 ? { modelName: single.modelName } : 'required',
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

const plain = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, MAX_NAME_LENGTH) || 'tool';

/** A name that no other tool has: its own, or with the server's label, or with a number added. */
function freeName({ name, server_label }: NeutralTool, taken: ReadonlySet<string>): string {
  if (PLAIN.test(name) && !taken.has(name)) return name;
  const base = plain(`${server_label}__${name}`);
  for (let n = 1; ; n++) {
    const ending = n === 1 ? '' : `_${n}`;
    const candidate = base.slice(0, MAX_NAME_LENGTH - ending.length) + ending;
    if (!taken.has(candidate)) return candidate;
  }
}
