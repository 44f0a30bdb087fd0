// Wire form of an item that a response produces.

import type { OutputAudioPart, RealtimeConversationItem, ResponseContentPart } from '@colloquy/protocol';
import type { OutputItem, OutputPart } from './state.ts';

/** The item with its content so far, without audio bytes. The transcript of a truncated part is `null` [TR4]. */
export function outputItem(
  outItem: OutputItem,
  status: 'in_progress' | 'completed' | 'incomplete',
): RealtimeConversationItem {
  if (outItem.type === 'function_call') {
    const { id, name, call_id } = outItem;
    return { id, object: 'realtime.item', type: 'function_call', status, name, call_id, arguments: outItem.arguments };
  }
  if (outItem.type === 'mcp_approval_request') {
    const { id, type, tool } = outItem;
    return { id, type, server_label: tool.server_label, name: tool.name, arguments: outItem.arguments };
  }
  if (outItem.type === 'mcp_call') {
    const { id, type, tool, approval_request_id, output, error } = outItem;
    const { server_label, name } = tool;
    return { id, type, server_label, name, arguments: outItem.arguments, approval_request_id, output, error };
  }
  return {
    id: outItem.id,
    object: 'realtime.item',
    type: 'message',
    status,
    role: 'assistant',
    ...(outItem.phase === null ? {} : { phase: outItem.phase }),
    content: outItem.part ? [contentPart(outItem.part)] : [],
  };
}

function contentPart({ type, text, cut }: OutputPart): { type: 'output_text'; text: string } | OutputAudioPart {
  if (type === 'text') return { type: 'output_text', text };
  return { type: 'output_audio', transcript: cut === null ? text : null };
}

/** The part as in `response.content_part.*`: always what was streamed [RS18, RS19]. */
export function streamedPart({ type, text }: Pick<OutputPart, 'type' | 'text'>): ResponseContentPart {
  return type === 'text' ? { type, text } : { type, transcript: text };
}
