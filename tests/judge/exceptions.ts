// Where we judge otherwise than the official schema, and why. Each exception is a change of the document after which its verdict
// and ours are the same; `witness` is an event on which they differ without it. Ids B1 to B17 and L1 to L16 are those of
// docs/spec/known-spec-bugs.md.

import type { Json, Schemas } from './shape.ts';

export interface Exception {
  readonly id: string;
  readonly why: string;
  /** Changes the document's schemas in place. */
  readonly patch: (schemas: Record<string, Json>) => void;
  /** The official schema's name, and a value on which it and we disagree. */
  readonly witness: readonly [schema: string, value: unknown];
}

const string = { type: 'string' };
const orNull = (schema: Json): Json => ({ anyOf: [schema, { type: 'null' }] });

/** The properties of an object schema; the path names properties and, in between, nothing else. */
function fields(schemas: Schemas, name: string, ...path: string[]): Record<string, Json> {
  let schema = schemas[name];
  for (const step of path) schema = withoutNull(schema).properties[step];
  return withoutNull(schema).properties;
}

/** What another exception has made nullable. */
const withoutNull = (schema: Json): Json => (schema.properties === undefined ? schema.anyOf[0] : schema);

/** Replaces a field that must be there, so that a change of the document does not make an exception idle unnoticed. */
function change(properties: Record<string, Json>, field: string, by: (schema: Json) => Json): void {
  if (properties[field] === undefined) throw new Error(`the official schema has no field ${field} here`);
  properties[field] = by(properties[field]);
}

/** Gives a field a type that the document does not have. */
function introduce(properties: Record<string, Json>, field: string, schema: Json): void {
  if (properties[field] !== undefined) throw new Error(`the official schema knows the field ${field} by now`);
  properties[field] = schema;
}

function demand(schema: Json, ...names: string[]): void {
  if (names.every((name) => schema.required?.includes(name))) throw new Error(`${names} are required by now`);
  schema.required = [...(schema.required ?? []), ...names];
}

const REQUESTS = ['RealtimeSessionCreateRequestGA', 'RealtimeTranscriptionSessionCreateRequestGA'];
const ANSWERS = ['RealtimeSessionCreateResponseGA', 'RealtimeTranscriptionSessionCreateResponseGA'];
const SESSIONS = [...REQUESTS, ...ANSWERS];

const update = (session: object) =>
  ['RealtimeClientEventSessionUpdate', { type: 'session.update', session: { type: 'realtime', ...session } }] as const;
const updated = (session: object) => {
  const stated = { type: 'realtime', object: 'realtime.session', id: 's', ...session };
  return ['RealtimeServerEventSessionUpdated', { type: 'session.updated', event_id: 'e', session: stated }] as const;
};
const done = (response: object) =>
  ['RealtimeServerEventResponseDone', { type: 'response.done', event_id: 'e', response }] as const;

export const EXCEPTIONS: readonly Exception[] = [
  {
    id: 'items',
    why: 'items inside events follow the seed, which has no role rule and requires what it requires',
    patch: (schemas) => {
      schemas.RealtimeConversationItem = { isItemOfTheSeed: true };
    },
    witness: [
      'RealtimeServerEventConversationItemAdded',
      {
        type: 'conversation.item.added',
        event_id: 'e',
        item: { type: 'message', role: 'user', content: [{ type: 'output_text' }] },
      },
    ],
  },
  {
    id: 'B1',
    why: 'conversation: `auto` and `none` match both arms of a oneOf; they are the only documented values',
    patch: (schemas) =>
      change(fields(schemas, 'RealtimeResponseCreateParams'), 'conversation', ({ oneOf }) => oneOf[1]),
    witness: ['RealtimeClientEventResponseCreate', { type: 'response.create', response: { conversation: 'none' } }],
  },
  {
    id: 'B4 response',
    why: 'null on the wire: status_details, usage, conversation_id of a response',
    patch: (schemas) => {
      for (const name of ['status_details', 'usage', 'conversation_id'])
        change(fields(schemas, 'RealtimeResponse'), name, orNull);
    },
    witness: done({ status_details: null, usage: null, conversation_id: null }),
  },
  {
    id: 'B4 session',
    why: 'null on the wire: transcription, noise_reduction and include of a session, asked for or stated',
    patch: (schemas) => {
      for (const session of SESSIONS) {
        change(fields(schemas, session), 'include', orNull);
        const input = fields(schemas, session, 'audio', 'input');
        for (const name of ['transcription', 'noise_reduction']) change(input, name, orNull);
      }
    },
    witness: update({ include: null, audio: { input: { transcription: null, noise_reduction: null } } }),
  },
  {
    id: 'B4 error.param',
    why: 'null on the wire: param of a failed transcription',
    patch: (schemas) => {
      const name = 'RealtimeServerEventConversationItemInputAudioTranscriptionFailed';
      change(fields(schemas, name, 'error'), 'param', orNull);
    },
    witness: [
      'RealtimeServerEventConversationItemInputAudioTranscriptionFailed',
      {
        type: 'conversation.item.input_audio_transcription.failed',
        event_id: 'e',
        item_id: 'i',
        content_index: 0,
        error: { param: null },
      },
    ],
  },
  {
    id: 'L11',
    why: 'language and prompt of a transcription are always present, null when unset',
    patch: (schemas) => {
      for (const schema of ['AudioTranscription', 'AudioTranscriptionResponse'])
        for (const name of ['language', 'prompt']) change(fields(schemas, schema), name, orNull);
    },
    witness: updated({ audio: { input: { transcription: { model: 'm', language: null, prompt: null } } } }),
  },
  {
    id: 'B7',
    why: 'the DTMF event has no event_id; where one comes all the same it is a string',
    patch: (schemas) =>
      introduce(fields(schemas, 'RealtimeServerEventInputAudioBufferDtmfEventReceived'), 'event_id', string),
    witness: [
      'RealtimeServerEventInputAudioBufferDtmfEventReceived',
      { type: 'input_audio_buffer.dtmf_event_received', event: '9', received_at: 1, event_id: 7 },
    ],
  },
  {
    id: 'B9',
    why: 'the turn detection a transcription session states cannot show semantic_vad; judged as what was asked for',
    patch: (schemas) =>
      change(fields(schemas, ANSWERS[1] as string, 'audio', 'input'), 'turn_detection', () => ({
        $ref: '#/components/schemas/RealtimeTurnDetection',
      })),
    witness: [
      'RealtimeServerEventSessionUpdated',
      {
        type: 'session.updated',
        event_id: 'e',
        session: {
          type: 'transcription',
          object: 'o',
          id: 's',
          audio: { input: { turn_detection: { type: 'new_vad' } } },
        },
      },
    ],
  },
  {
    id: 'B10 session',
    why: 'session answers cannot express parallel_tool_calls, delay and keywords of a transcription',
    patch: (schemas) => {
      introduce(fields(schemas, ANSWERS[0] as string), 'parallel_tool_calls', { type: 'boolean' });
      for (const name of ['delay', 'keywords'])
        introduce(fields(schemas, 'AudioTranscriptionResponse'), name, fields(schemas, 'AudioTranscription')[name]);
    },
    witness: updated({ parallel_tool_calls: 1 }),
  },
  {
    id: 'B10 voice',
    why: 'answers cannot express custom voices',
    patch: (schemas) => {
      const voice = () => ({ $ref: '#/components/schemas/VoiceIdsOrCustomVoice' });
      change(fields(schemas, ANSWERS[0] as string, 'audio', 'output'), 'voice', voice);
      change(fields(schemas, 'RealtimeResponse', 'audio', 'output'), 'voice', voice);
    },
    witness: done({ audio: { output: { voice: { id: 'voice_1' } } } }),
  },
  {
    id: 'B15 formats',
    why: 'nothing is required inside audio formats and noise reduction; without a type they say nothing',
    patch: (schemas) => {
      for (const arm of schemas.RealtimeAudioFormats.anyOf) demand(arm, 'type');
      for (const session of SESSIONS) {
        const { noise_reduction } = fields(schemas, session, 'audio', 'input');
        demand(withoutNull(noise_reduction), 'type');
      }
    },
    witness: update({ audio: { input: { format: {}, noise_reduction: {} } } }),
  },
  {
    id: 'B15 tools',
    why: 'nothing is required inside function tools',
    patch: (schemas) => demand(schemas.RealtimeFunctionTool, 'type', 'name'),
    witness: update({ tools: [{}] }),
  },
  {
    id: 'L9',
    why: 'usage of reasoning models has a field the document does not know',
    patch: (schemas) =>
      introduce(fields(schemas, 'RealtimeResponse', 'usage', 'output_token_details'), 'reasoning_tokens', {
        type: 'integer',
      }),
    witness: done({ usage: { output_token_details: { reasoning_tokens: '1' } } }),
  },
  {
    id: 'wire.md 8.2',
    why: 'the error of a failed response has a message on the live wire',
    patch: (schemas) => introduce(fields(schemas, 'RealtimeResponse', 'status_details', 'error'), 'message', string),
    witness: done({ status_details: { error: { message: 1 } } }),
  },
  {
    id: 'wire.md 0',
    why: 'the bound of event_id is forgotten on one client event',
    patch: (schemas) =>
      change(fields(schemas, 'RealtimeClientEventOutputAudioBufferClear'), 'event_id', (schema) => ({
        ...schema,
        maxLength: 512,
      })),
    witness: [
      'RealtimeClientEventOutputAudioBufferClear',
      { type: 'output_audio_buffer.clear', event_id: 'e'.repeat(513) },
    ],
  },
  {
    id: 'SE34',
    why: 'a session may be echoed back with what the server states: object, id, expires_at',
    patch: (schemas) => {
      for (const session of REQUESTS) {
        introduce(fields(schemas, session), 'object', string);
        introduce(fields(schemas, session), 'id', string);
        introduce(fields(schemas, session), 'expires_at', { type: 'integer' });
      }
    },
    witness: update({ id: 1 }),
  },
  {
    id: 'TL3',
    why: 'a `type` in the update of a translation session is tolerated',
    patch: (schemas) => introduce(fields(schemas, 'RealtimeTranslationSessionUpdateRequest'), 'type', string),
    witness: ['RealtimeTranslationClientEventSessionUpdate', { type: 'session.update', session: { type: 1 } }],
  },
  {
    id: 'uri',
    why: 'whether a string is a URI is not judged: nothing is fetched by us, and the grammar is not worth its size',
    patch: (schemas) => {
      for (const [name, field] of [
        ['MCPTool', 'server_url'],
        ['InputFileContent', 'file_url'],
      ] as const)
        change(fields(schemas, name), field, ({ format: _, ...schema }) => schema);
      change(fields(schemas, 'InputImageContent'), 'image_url', () => orNull(string));
    },
    witness: update({ tools: [{ type: 'mcp', server_label: 's', server_url: 'somewhere' }] }),
  },
];
