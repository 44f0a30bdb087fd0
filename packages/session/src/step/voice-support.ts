// What the engine's voice supports, and refusals of what it does not support.

import type { Issue, RealtimeVoice } from '@colloquy/protocol';

export interface Speaking {
  /** Voices that a session may name. Absent: any. */
  readonly voices?: readonly string[];
  /** Only speed 1 is supported. @default false */
  readonly fixed_speed?: boolean;
}

/** Maximum voices listed in a refusal. */
const MAX_NAMED_VOICES = 24;

const voiceName = (voice: RealtimeVoice): string => (typeof voice === 'string' ? voice : voice.id);

/** Initial voice of a session: the preferred one if it is available, else the first. */
export function firstVoice(speaking: Speaking | undefined, preferred: RealtimeVoice): RealtimeVoice {
  const [first] = speaking?.voices ?? [];
  return first === undefined || speaking?.voices?.includes(voiceName(preferred)) ? preferred : first;
}

/** Checks an output against the voice [SE36, SE37]. `param` is the path of the output. */
export function checkSpeaking(
  speaking: Speaking | undefined,
  output: { voice?: RealtimeVoice; speed?: number } | undefined,
  param: string,
): Issue | undefined {
  const { voices, fixed_speed } = speaking ?? {};
  const { voice, speed } = output ?? {};
  if (voice !== undefined && voice !== null && voices && !voices.includes(voiceName(voice))) {
    const names = voices.slice(0, MAX_NAMED_VOICES).map((each) => `'${each}'`);
    const rest = voices.length > names.length ? ` and ${voices.length - names.length} more` : '';
    const requested = voiceName(voice)
      .slice(0, 64)
      .replace(/[^\x20-\x7e]/g, '?');
    const message = `Invalid value: '${requested}'. Supported values are: ${names.join(', ')}${rest}.`;
    return { code: 'invalid_value', param: `${param}.voice`, message };
  }
  if (fixed_speed && typeof speed === 'number' && speed !== 1) {
    return { code: 'invalid_value', param: `${param}.speed`, message: 'This voice speaks at speed 1 only.' };
  }
  return undefined;
}
