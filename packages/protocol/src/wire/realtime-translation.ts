// Translation sessions: audio and text in, audio and text out; no items, no responses.
// https://platform.openai.com/docs/api-reference/realtime

import {
  expected,
  integer,
  literal,
  nullable,
  object,
  optional,
  type Schema,
  secret,
  string,
  variants,
} from '../schema/schema.ts';
import { eventId } from './realtime-client-events.ts';
import { ErrorEvent } from './realtime-server-events.ts';
import { NoiseReduction } from './realtime-session.ts';

/** Audio settings of a translation session. Input is always 24 kHz pcm16 mono [TL4]. */
export interface TranslationAudio {
  input?: { transcription?: { model: string } | null; noise_reduction?: NoiseReduction | null };
  output?: { language?: string };
}
type Input = NonNullable<TranslationAudio['input']>;
type Output = NonNullable<TranslationAudio['output']>;
export const TranslationAudio: Schema<TranslationAudio> = object<TranslationAudio>({
  input: optional(
    object<Input>({
      transcription: optional(nullable(object<{ model: string }>({ model: string() }))),
      noise_reduction: optional(nullable(NoiseReduction)),
    }),
  ),
  output: optional(object<Output>({ language: optional(string()) })),
});

/** What a translation session may change [TL3]. `type` is tolerated and ignored. */
export interface TranslationSessionUpdate {
  type?: string;
  audio?: TranslationAudio;
}
export const TranslationSessionUpdate: Schema<TranslationSessionUpdate> = object<TranslationSessionUpdate>({
  type: optional(string()),
  audio: optional(TranslationAudio),
});

/** A translation session as a server states it. */
export interface TranslationSession {
  id: string;
  type: 'translation';
  /** Unix seconds. */
  expires_at: number;
  model: string;
  audio: TranslationAudio;
}
export const TranslationSession: Schema<TranslationSession> = object<TranslationSession>(
  {
    id: string(),
    type: literal('translation'),
    expires_at: integer(),
    model: string(),
    audio: TranslationAudio,
  },
  'keep',
);

/** Body of `POST /v1/realtime/translations/client_secrets` [RT5]. */
export interface CreateTranslationClientSecretRequest {
  expires_after?: { anchor?: 'created_at'; seconds?: number };
  session: { model: string; audio?: TranslationAudio };
}
export const CreateTranslationClientSecretRequest: Schema<CreateTranslationClientSecretRequest> =
  object<CreateTranslationClientSecretRequest>({
    expires_after: optional(
      object<{ anchor?: 'created_at'; seconds?: number }>({
        anchor: optional(literal('created_at')),
        seconds: optional(integer({ min: 10, max: 7200, official: true })),
      }),
    ),
    session: object<{ model: string; audio?: TranslationAudio }>({
      model: string(),
      audio: optional(TranslationAudio),
    }),
  });

/** Answer of `POST /v1/realtime/translations/client_secrets`. */
export interface CreateTranslationClientSecretResponse {
  /** `ek_…`, shown once. */
  value: string;
  /** Unix seconds. */
  expires_at: number;
  session: TranslationSession;
}
export const CreateTranslationClientSecretResponse: Schema<CreateTranslationClientSecretResponse> =
  object<CreateTranslationClientSecretResponse>(
    { value: secret('key'), expires_at: integer(), session: TranslationSession },
    'keep',
  );

export interface TranslationSessionUpdateEvent {
  event_id?: string | null;
  type: 'session.update';
  session: TranslationSessionUpdate;
}
export interface TranslationAppendEvent {
  event_id?: string | null;
  type: 'session.input_audio_buffer.append';
  /** Base64 pcm16, 24 kHz mono; pieces of 200 ms are best. */
  audio: string;
}
export interface TranslationCloseEvent {
  event_id?: string | null;
  type: 'session.close';
}
/** Everything a client may say in a translation session [TL2]. */
export type TranslationClientEvent = TranslationSessionUpdateEvent | TranslationAppendEvent | TranslationCloseEvent;
export const TranslationClientEvent: Schema<TranslationClientEvent> = variants<TranslationClientEvent>({
  'session.update': object<TranslationSessionUpdateEvent>({
    event_id: eventId,
    type: literal('session.update'),
    session: TranslationSessionUpdate,
  }),
  'session.input_audio_buffer.append': object<TranslationAppendEvent>({
    event_id: eventId,
    type: literal('session.input_audio_buffer.append'),
    audio: secret('media'),
  }),
  'session.close': object<TranslationCloseEvent>({ event_id: eventId, type: literal('session.close') }),
});

interface TranslationSessionEvent<T extends string> {
  type: T;
  event_id?: string;
  session: TranslationSession;
}
interface TranslationTranscriptDelta<T extends string> {
  type: T;
  event_id?: string;
  /** Append-only: needs no inserted blanks [TL6]. */
  delta: string;
  /** Milliseconds of the session, in steps of 200. */
  elapsed_ms?: number | null;
}
export type TranslationSessionCreatedEvent = TranslationSessionEvent<'session.created'>;
export type TranslationSessionUpdatedEvent = TranslationSessionEvent<'session.updated'>;
export interface TranslationSessionClosedEvent {
  type: 'session.closed';
  event_id?: string;
}
export type TranslationInputTranscriptDeltaEvent = TranslationTranscriptDelta<'session.input_transcript.delta'>;
export type TranslationOutputTranscriptDeltaEvent = TranslationTranscriptDelta<'session.output_transcript.delta'>;
export interface TranslationOutputAudioDeltaEvent {
  type: 'session.output_audio.delta';
  event_id?: string;
  /** Base64 audio. */
  delta: string;
  /** 24000 */
  sample_rate?: number;
  /** 1 */
  channels?: number;
  format?: 'pcm16';
  elapsed_ms?: number | null;
}
/** Everything a server may say in a translation session. */
export type TranslationServerEvent =
  | ErrorEvent
  | TranslationSessionCreatedEvent
  | TranslationSessionUpdatedEvent
  | TranslationSessionClosedEvent
  | TranslationInputTranscriptDeltaEvent
  | TranslationOutputTranscriptDeltaEvent
  | TranslationOutputAudioDeltaEvent;

const named = <T extends string>(type: T) => ({ type: literal(type), event_id: expected(string()) });
const elapsed_ms = optional(nullable(integer()));

export const TranslationServerEvent: Schema<TranslationServerEvent> = variants<TranslationServerEvent>({
  error: ErrorEvent,
  'session.created': object<TranslationSessionCreatedEvent>(
    { ...named('session.created'), session: TranslationSession },
    'keep',
  ),
  'session.updated': object<TranslationSessionUpdatedEvent>(
    { ...named('session.updated'), session: TranslationSession },
    'keep',
  ),
  'session.closed': object<TranslationSessionClosedEvent>(named('session.closed'), 'keep'),
  'session.input_transcript.delta': object<TranslationInputTranscriptDeltaEvent>(
    { ...named('session.input_transcript.delta'), delta: secret('words'), elapsed_ms },
    'keep',
  ),
  'session.output_transcript.delta': object<TranslationOutputTranscriptDeltaEvent>(
    { ...named('session.output_transcript.delta'), delta: secret('words'), elapsed_ms },
    'keep',
  ),
  'session.output_audio.delta': object<TranslationOutputAudioDeltaEvent>(
    {
      ...named('session.output_audio.delta'),
      delta: secret('media'),
      sample_rate: optional(integer()),
      channels: optional(integer()),
      format: optional(literal('pcm16')),
      elapsed_ms,
    },
    'keep',
  ),
});
