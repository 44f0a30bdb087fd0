// The rules for logs. Checks of single events: `event-rules.ts`; across events: `conformance.ts`. Ids: `E…` are needs
// of existing clients, `W…` sections of docs/spec/wire.md, `LOG` the log itself, others SPEC.md.

/** Rule → its text. */
export const RULES = {
  E1: 'Every server event is an object with a string event_id; session.created and session.updated carry a session.',
  E2: 'Message items always have id, role and a list of content.',
  E3: 'Parts of text have text, never null; input_audio has transcript, null until it is known.',
  E4: 'Never null nor empty: id, status, call_id, name, arguments, role, server_label.',
  E5: 'Only the five types of parts, each only where the role allows it.',
  E6: 'A finished call carries its status, call_id, name and arguments.',
  E7: 'An mcp_call has arguments and the key output.',
  E8: 'Tools of mcp_list_tools have a string description and an object input_schema.',
  E9: 'The arguments of an approval request are JSON or empty.',
  E10: 'The part of response.content_part.* is {type: text, text} or {type: audio, transcript}.',
  E11: 'A completed transcription has a transcript and a complete usage.',
  E12: 'A failed transcription has an error of strings, without a null param.',
  E13: 'Rate limits are named requests or tokens and have their numbers.',
  E14: 'A response has all its keys; its usage is null or complete.',
  E15: 'Audio deltas are padded base64.',
  E16: 'previous_item_id is always there, null for the first item, and an id that was announced; living items have ids of their own.',
  E17: 'A response echoes the metadata it was asked for, and keeps it.',
  E18: 'An error has type, code, message, param and event_id; a cancel with nothing to cancel says so in known words.',
  E19: 'Only published types of events.',
  E20: 'A turn has one item id, from speech_started to its transcription.',
  E21: 'Nothing is nested deeper than 64.',
  CV14: 'Content fits the role of its message.',
  CV29: 'Only conversation.item.retrieved carries stored audio.',
  ER2: 'error.event_id is that of a client event, or null.',
  ER4: 'The message of an error is one line of at most 512 characters.',
  ER8: 'A client frame is JSON.',
  ER9: 'A client event is an object with a type.',
  ER10: 'Values of client events are within their bounds.',
  ER11: 'Client events are of published types.',
  ER12: 'Values of client events are among those that are known.',
  ER13: 'Values of client events have their JSON type.',
  ER14: 'Client events have the fields that are required.',
  ER15: 'Client events have no unknown fields.',
  LM1: 'Client frames are within the limits of size.',
  MC18: 'An mcp_call has the keys error and approval_request_id.',
  MC20: 'A listed tool has the key annotations.',
  OR1: 'session.created comes first, and once.',
  OR2: 'conversation.item.added of a whole item is followed by its conversation.item.done.',
  OR4: 'A response opens its item, then its part, before deltas.',
  OR5: 'In an audio part a transcript delta comes before audio.',
  OR7: 'A part is closed in order, and nothing follows for what is closed.',
  OR9: 'All items of a response are done before response.done, and nothing of it follows.',
  OR16: 'No id is used before the event that introduces it.',
  RS1: 'response.created is in progress and empty; response.done is neither.',
  RS5: 'The default conversation has one active response at a time.',
  RS18: 'Each done repeats the concatenation of its deltas.',
  RS21: 'A completed response has no status_details.',
  RS35: 'Every response.done has a usage.',
  SE29: 'Secrets of MCP tools are never shown.',
  'W4.1': 'Events of input audio have the fields of section 4.1.',
  'W4.2': 'Events of a response have the fields of section 4.2, of their JSON type.',
  W5: 'Items have the fields of section 5.',
  'W5.1': 'Images have image_url and detail.',
  W7: 'A session shows all its keys.',
  'W7.3': 'A transcription setting shows all its keys.',
  'W9.1': 'The sums of a usage add up.',
  LOG: 'A log is whole: every line is JSON, times never decrease.',
} as const satisfies Readonly<Record<string, string>>;

export type RuleId = keyof typeof RULES;

/** A broken rule and the reason: one line, without content. */
export interface Violation {
  readonly rule: RuleId;
  readonly message: string;
}
