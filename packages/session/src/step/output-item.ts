// An item a response is making, as it stands on the wire at any moment.

import type { OutputAudioPart, RealtimeConversationItem, ResponseContentPart } from '@colloquy/protocol';
import type { OutputItem, OutputPart } from './state.ts';

/** The item as far as it has come, without audio bytes. The transcript of a truncated part is `null` [TR4]. */
export function outputItem(
  made: OutputItem,
  status: 'in_progress' | 'completed' | 'incomplete',
): RealtimeConversationItem {
  if (made.type === 'function_call') {
    const { id, name, call_id } = made;
    return { id, object: 'realtime.item', type: 'function_call', status, name, call_id, arguments: made.arguments };
  }
  if (made.type === 'mcp_approval_request') {
    const { id, type, tool } = made;
    return { id, type, server_label: tool.server_label, name: tool.name, arguments: made.arguments };
  }
  if (made.type === 'mcp_call') {
    const { id, type, tool, approval_request_id, output, error } = made;
    const { server_label, name } = tool;
    return { id, type, server_label, name, arguments: made.arguments, approval_request_id, output, error };
  }
  return {
    id: made.id,
    object: 'realtime.item',
    type: 'message',
    status,
    role: 'assistant',
    ...(made.phase === null ? {} : { phase: made.phase }),
    content: made.part ? [contentPart(made.part)] : [],
  };
}

function contentPart({ type, text, cut }: OutputPart): { type: 'output_text'; text: string } | OutputAudioPart {
  if (type === 'text') return { type: 'output_text', text };
  return { type: 'output_audio', transcript: cut === null ? text : null };
}

/** The part as `response.content_part.*` names it: always what was streamed [RS18, RS19]. */
export function streamedPart({ type, text }: Pick<OutputPart, 'type' | 'text'>): ResponseContentPart {
  return type === 'text' ? { type, text } : { type, transcript: text };
}
