// The outline of a session: what was said and called, in order, as lines of text. A test compares a session with it.

import { isObject } from '../is-object.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * One line for each message and output of the client, each thing a response said or called, and each response that did not
 * complete: `user: …`, `assistant: …`, `call: name arguments`, `output: …`, `response: cancelled (client_cancelled)`. Text is
 * what was sent, also if it was truncated later. Never throws.
 */
export function outlineOf(events: Iterable<unknown>): string[] {
  const outline = createOutline();
  for (const event of events) outline.add(event);
  return outline.lines();
}

export interface Outline {
  /** Adds a server event. Never throws. */
  add(event: unknown): void;
  lines(): string[];
}

export function createOutline(): Outline {
  const lines: (() => string)[] = [];
  const texts = new Map<string, string>();
  const transcripts = new Map<string, string>();
  /** Items of responses: they are told with their response. */
  const answered = new Set<string>();
  const seen = new Set<string>();

  function addItem(item: Json): void {
    const id = `${item.id}`;
    if (answered.has(id) || seen.has(id)) return;
    seen.add(id);
    if (item.type === 'message') lines.push(() => `${item.role}: ${transcripts.get(id) ?? contentOf(item)}`);
    else if (item.type === 'function_call_output') lines.push(() => `output: ${item.output}`);
    else if (item.type === 'mcp_approval_response') lines.push(() => `approval: ${item.approve}`);
    else if (item.type === 'function_call') lines.push(() => callLine(item));
  }

  function addResponse({ output, status, status_details }: Json): void {
    for (const item of Array.isArray(output) ? output.filter(isObject) : []) {
      const text = texts.get(`${item.id}`);
      if (item.type === 'message') lines.push(() => `${item.role ?? 'assistant'}: ${text ?? contentOf(item)}`);
      else lines.push(() => callLine(item));
    }
    if (status === 'completed') return;
    const reason = isObject(status_details) && typeof status_details.reason === 'string' ? status_details.reason : '';
    lines.push(() => `response: ${status}${reason && ` (${reason})`}`);
  }

  return {
    add(event) {
      if (!isObject(event)) return;
      const { type, item, item_id, delta, response } = event;
      if (type === 'response.output_item.added' && isObject(item)) answered.add(`${item.id}`);
      else if (type === 'conversation.item.added' || type === 'conversation.item.created') {
        if (isObject(item)) addItem(item);
      } else if (type === 'response.done' && isObject(response)) addResponse(response);
      else if (isTextDelta(type) && typeof delta === 'string')
        texts.set(`${item_id}`, delta === '[REDACTED]' ? delta : (texts.get(`${item_id}`) ?? '') + delta);
      else if (type === 'conversation.item.input_audio_transcription.completed' && typeof event.transcript === 'string')
        transcripts.set(`${item_id}`, event.transcript);
    },
    lines: () => lines.map((line) => line()),
  };
}

/** Whether events of a type carry text of an answer or its transcript, in today's shape or the beta one. */
export const isTextDelta = (type: unknown): boolean =>
  typeof type === 'string' && /^response\.(?:output_)?(?:text|audio_transcript)\.delta$/.test(type);

const callLine = ({ type, name, arguments: text }: Json): string => {
  const kind = type === 'mcp_approval_request' ? 'approval requested' : type === 'mcp_call' ? 'mcp call' : 'call';
  return `${kind}: ${name} ${text}`;
};

function contentOf({ content }: Json): string {
  const parts = Array.isArray(content) ? content.filter(isObject) : [];
  return parts
    .map(({ type, text, transcript }) => [text, transcript].find((each) => typeof each === 'string') ?? `(${type})`)
    .join(' ');
}
