// The settings of a session, and the `session.update` made from them.

import { batch, type Signal, signal, untracked } from '@preact/signals';
import { type Authorizations, withAuthorizations } from './authorizations.ts';
import { readTools } from './read-tools.ts';

export type TurnDetection = 'none' | 'server_vad' | 'semantic_vad';

export type Eagerness = 'auto' | 'low' | 'medium' | 'high';
export type NoiseReduction = 'none' | 'near_field' | 'far_field';
export type ToolChoice = 'auto' | 'none' | 'required';

/** What the user chose. `undefined` leaves the server's own; what was chosen once is always sent. */
export interface SettingValues {
  /** An engine of the server, or any other name. Empty until the server has said what it takes by default. */
  readonly model: string;
  /** Empty leaves the server's own. */
  readonly voice: string;
  /** Of the voice: 1 is as recorded. */
  readonly speed: number | undefined;
  readonly instructions: string | undefined;
  /** JSON: a list of tools. Empty is none. */
  readonly tools: string;
  /** Credentials of its MCP servers: sent with the tools, and not shown. */
  readonly authorizations: Authorizations;
  readonly toolChoice: ToolChoice | undefined;
  /** Outputs by the name of their function, sent as soon as it is called. */
  readonly cannedOutputs: Readonly<Record<string, string>>;
  readonly output: 'audio' | 'text';
  readonly turnDetection: TurnDetection;
  /** How loud speech must be, from 0 to 1. */
  readonly threshold: number | undefined;
  /** Silence that ends a turn. */
  readonly silenceMs: number | undefined;
  /** Audio from before the speech. */
  readonly prefixMs: number | undefined;
  readonly eagerness: Eagerness | undefined;
  readonly noiseReduction: NoiseReduction | undefined;
  /** Whether speech is written down. */
  readonly transcribe: boolean;
  readonly transcriptionModel: string;
  /** ISO 639-1; empty leaves it to the transcriber. */
  readonly language: string;
  /** Of a response; `inf` is no limit. */
  readonly maxTokens: number | 'inf' | undefined;
}

export type TalkSettings = { readonly [Name in keyof SettingValues]: Signal<SettingValues[Name]> };

/** The tools as they are edited, in the settings and for a fork. */
export type ToolSettings = Pick<TalkSettings, 'tools' | 'authorizations' | 'cannedOutputs'>;

const INITIAL: SettingValues = {
  model: '',
  voice: '',
  speed: undefined,
  instructions: undefined,
  tools: '',
  authorizations: {},
  toolChoice: undefined,
  cannedOutputs: {},
  output: 'audio',
  turnDetection: 'none',
  threshold: undefined,
  silenceMs: undefined,
  prefixMs: undefined,
  eagerness: undefined,
  noiseReduction: undefined,
  transcribe: true,
  transcriptionModel: 'whisper-1',
  language: '',
  maxTokens: undefined,
};

const NAMES = Object.keys(INITIAL) as (keyof SettingValues)[];

export function createTalkSettings(): TalkSettings {
  return Object.fromEntries(NAMES.map((name) => [name, signal(INITIAL[name])])) as unknown as TalkSettings;
}

/** All values as they are now. Read where signals are followed, it follows each. */
export function valuesOf(settings: TalkSettings): SettingValues {
  return Object.fromEntries(NAMES.map((name) => [name, settings[name].value])) as unknown as SettingValues;
}

export function restoreValues(settings: TalkSettings, values: SettingValues): void {
  batch(() => {
    for (const name of NAMES) (settings[name] as Signal<unknown>).value = values[name];
  });
}

/** What the settings ask of a session. */
export type SessionSettings = { readonly type: 'realtime'; readonly [field: string]: unknown };

export type Update =
  | { readonly ok: true; readonly session: SessionSettings }
  | { readonly ok: false; readonly message: string };

/** The session of a `session.update` with all of the settings. */
export function sessionUpdateOf(settings: TalkSettings): Update {
  const values = untracked(() => valuesOf(settings));
  const read = readTools(values.tools);
  if (!read.ok) return read;
  const { instructions, voice, speed, noiseReduction, toolChoice, maxTokens } = values;
  const session: SessionSettings = {
    type: 'realtime',
    output_modalities: [values.output],
    ...(instructions !== undefined && { instructions }),
    tools: withAuthorizations(read.tools, values.authorizations),
    ...(toolChoice !== undefined && { tool_choice: toolChoice }),
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
    audio: {
      input: {
        turn_detection: turnDetectionOf(values),
        transcription: transcriptionOf(values),
        ...(noiseReduction !== undefined && {
          noise_reduction: noiseReduction === 'none' ? null : { type: noiseReduction },
        }),
      },
      ...((voice !== '' || speed !== undefined) && {
        output: { ...(voice !== '' && { voice }), ...(speed !== undefined && { speed }) },
      }),
    },
  };
  return { ok: true, session };
}

function turnDetectionOf({ turnDetection, threshold, silenceMs, prefixMs, eagerness }: SettingValues): object | null {
  if (turnDetection === 'none') return null;
  if (turnDetection === 'semantic_vad') return { type: turnDetection, ...(eagerness !== undefined && { eagerness }) };
  return {
    type: turnDetection,
    ...(threshold !== undefined && { threshold }),
    ...(silenceMs !== undefined && { silence_duration_ms: silenceMs }),
    ...(prefixMs !== undefined && { prefix_padding_ms: prefixMs }),
  };
}

function transcriptionOf({ transcribe, transcriptionModel, language }: SettingValues): object | null {
  return transcribe ? { model: transcriptionModel, ...(language !== '' && { language }) } : null;
}
