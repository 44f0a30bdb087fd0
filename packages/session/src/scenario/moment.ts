// What the conditions of a scenario's turn are held against. The conditions are `ScenarioCondition` in `scenario.ts`.

import type { RealtimeConversationItem } from '@colloquy/protocol';

/** What the conditions of a turn are held against. */
export interface Moment {
  text: string;
  turn: number;
  /** Outputs at the very end of the context, latest last, with the function or tool each answers. */
  outputs: { tool: string | undefined; output: string }[];
}

export function momentOf(context: readonly RealtimeConversationItem[]): Moment {
  const users = context.filter((item) => item.type === 'message' && item.role === 'user');
  const names = new Map(
    context.flatMap((item) => (item.type === 'function_call' ? [[item.call_id ?? '', item.name] as const] : [])),
  );
  const outputs: Moment['outputs'] = [];
  for (const item of context.toReversed()) {
    if (item.type === 'function_call_output') outputs.unshift({ tool: names.get(item.call_id), output: item.output });
    else if (item.type === 'mcp_call')
      outputs.unshift({ tool: item.name, output: item.output ?? item.error?.message ?? '' });
    else if (!item.type.startsWith('mcp_')) break; // lists and approvals stand between a call and its result
  }
  return { text: messageText(users.at(-1)), turn: users.length, outputs };
}

/** The words of a message: its texts and transcripts, joined by blanks. */
function messageText(item: RealtimeConversationItem | undefined): string {
  if (item?.type !== 'message') return '';
  return item.content
    .flatMap((part) => ('text' in part ? [part.text ?? ''] : 'transcript' in part ? [part.transcript ?? ''] : []))
    .filter((text) => text !== '')
    .join(' ');
}
