// What the voice of a session's engine can do, and how it is told that something else is wanted: by name, before anything is said.

import type { Issue, RealtimeVoice } from '@colloquy/protocol';

export interface Speaking {
  /** The voices a session may name. Absent: any. */
  readonly voices?: readonly string[];
  /** It speaks at speed 1 only. @default false */
  readonly fixed_speed?: boolean;
}

/** So many voices are named in a refusal. */
const NAMED_AT_MOST = 24;

const nameOf = (voice: RealtimeVoice): string => (typeof voice === 'string' ? voice : voice.id);

/** The voice that sessions begin with: the usual one, or the first there is. */
export function firstVoice(speaking: Speaking | undefined, usual: RealtimeVoice): RealtimeVoice {
  const [first] = speaking?.voices ?? [];
  return first === undefined || speaking?.voices?.includes(nameOf(usual)) ? usual : first;
}

/** What of an output the voice cannot do [SE36, SE37]. `param` is the path of the output. */
export function checkSpeaking(
  speaking: Speaking | undefined,
  given: { voice?: RealtimeVoice; speed?: number } | undefined,
  param: string,
): Issue | undefined {
  const { voices, fixed_speed } = speaking ?? {};
  const { voice, speed } = given ?? {};
  if (voice !== undefined && voice !== null && voices && !voices.includes(nameOf(voice))) {
    const named = voices.slice(0, NAMED_AT_MOST).map((each) => `'${each}'`);
    const rest = voices.length > named.length ? ` and ${voices.length - named.length} more` : '';
    const asked = nameOf(voice)
      .slice(0, 64)
      .replace(/[^\x20-\x7e]/g, '?');
    const message = `Invalid value: '${asked}'. Supported values are: ${named.join(', ')}${rest}.`;
    return { code: 'invalid_value', param: `${param}.voice`, message };
  }
  if (fixed_speed && typeof speed === 'number' && speed !== 1) {
    return { code: 'invalid_value', param: `${param}.speed`, message: 'This voice speaks at speed 1 only.' };
  }
  return undefined;
}
