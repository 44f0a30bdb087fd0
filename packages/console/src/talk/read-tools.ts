// Reads the tools of the settings from their JSON, with what is wrong for each tool and field.

import { decodeClientEvent, readFrame } from '@colloquy/protocol';

/** What is wrong with a tool, in one sentence without its place. */
export interface ToolIssue {
  /** Of the tool in the list. */
  readonly index: number;
  /** Of the API; absent if it is the tool as a whole. */
  readonly field: string | undefined;
  readonly message: string;
}

export type ReadTools =
  | { readonly ok: true; readonly tools: unknown[] }
  /** `message` names the place. `tools` is empty if the text is not JSON. */
  | { readonly ok: false; readonly message: string; readonly tools: unknown[]; readonly issues: readonly ToolIssue[] };

/** The tools a text stands for, or what is wrong with it. */
export function readTools(text: string): ReadTools {
  if (text.trim() === '') return { ok: true, tools: [] };
  const read = readFrame(text, true);
  if (!read.ok || read.later) {
    const message = read.ok ? (read.later as { message: string }).message : 'Invalid JSON.';
    return { ok: false, message: `Tools: ${message}${placeOfFault(text)}`, tools: [], issues: [] };
  }
  const tools = Array.isArray(read.value) ? (read.value as unknown[]) : [read.value];
  const decoded = decodeClientEvent(
    { type: 'session.update', session: { type: 'realtime', tools } },
    { profile: 'server' },
  );
  if (!decoded.ok) {
    const [{ param, message }] = decoded.issues;
    return {
      ok: false,
      message: `Tools: ${message.replaceAll('session.tools', 'tools')}${param && !message.includes(param) ? ` (${param.replace('session.tools', 'tools')})` : ''}`,
      tools,
      issues: decoded.issues.flatMap((issue) => toolIssue(issue) ?? []),
    };
  }
  const [first, ...others] = urlIssues(tools);
  if (!first) return { ok: true, tools };
  const message = `Tools: ${first.message} (tools[${first.index}].server_url)`;
  return { ok: false, message, tools, issues: [first, ...others] };
}

function toolIssue({ param, message }: { param?: string | null; message: string }): ToolIssue | undefined {
  const [, index, field] = /^session\.tools\[(\d+)\](?:\.(\w+))?/.exec(param ?? '') ?? [];
  if (index === undefined) return undefined;
  const plain = message.replace(/^Invalid '[^']*': /, '').replaceAll(`session.tools[${index}].`, '');
  return { index: Number(index), field, message: plain.charAt(0).toUpperCase() + plain.slice(1) };
}

/** A server would try to list the tools of any text; it is not asked while an address is being written. */
function urlIssues(tools: readonly unknown[]): ToolIssue[] {
  return tools.flatMap((tool, index) => {
    const url = (tool as { server_url?: unknown } | null)?.server_url;
    if (typeof url !== 'string' || (/^https?:\/\/./.test(url) && URL.canParse(url))) return [];
    const message = url === '' ? 'Enter the address of the server.' : 'Expected an address with http or https.';
    return [{ index, field: 'server_url', message }];
  });
}

/** Where JSON ends to be JSON: ` (line 3, column 7)`, as far as a bracket count tells. */
function placeOfFault(text: string): string {
  const open: string[] = [];
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (isString) {
      if (char === '\\') at += 1;
      else if (char === '"') isString = false;
      else if (char === '\n') return ` A string is not closed${lineOf(text, at)}.`;
    } else if (char === '"') isString = true;
    else if (char === '{' || char === '[') open.push(char);
    else if (char === '}' || char === ']') {
      if (open.pop() !== (char === '}' ? '{' : '[')) return ` '${char}' closes nothing${lineOf(text, at)}.`;
    }
  }
  if (isString) return ' A string is not closed.';
  return open.length > 0 ? ` '${open.at(-1)}' is not closed.` : '';
}

const lineOf = (text: string, at: number) => ` in line ${text.slice(0, at).split('\n').length}`;
