// Which calls of tools wait for the user, and which responses made some.

import type { RealtimeConversationItem } from '@colloquy/protocol';

/** Whether a function call has no output; `answered` are those whose output is on its way. */
export function isWaitingForOutput(items: readonly RealtimeConversationItem[], answered: ReadonlySet<string>): boolean {
  const outputs = new Set(items.map((item) => (item.type === 'function_call_output' ? item.call_id : undefined)));
  const isDone = (callId: string) => answered.has(callId) || outputs.has(callId);
  return items.some((item) => item.type === 'function_call' && !isDone(item.call_id ?? ''));
}

/** Whether a completed response called a tool, so that another one is to use what it returned [MC13]. */
export function madeCalls(response: unknown): boolean {
  const { output, status } = (response ?? {}) as { output?: unknown; status?: unknown };
  const made = (Array.isArray(output) ? output : []).map((item) => (item as { type?: unknown } | null)?.type);
  return status === 'completed' && (made.includes('mcp_call') || made.includes('function_call'));
}

/** The output that the user has set for a function, if the item is a call of it. */
export function cannedOutputOf(
  item: unknown,
  outputs: Readonly<Record<string, string>>,
): { readonly call_id: string; readonly output: string } | undefined {
  const { type, name, call_id } = (item ?? {}) as { type?: unknown; name?: unknown; call_id?: unknown };
  if (type !== 'function_call' || typeof call_id !== 'string' || !Object.hasOwn(outputs, String(name)))
    return undefined;
  const output = outputs[String(name)];
  return output ? { call_id, output } : undefined;
}
