// Audio of a log: its length, its format, and silence in its place.

import { base64Length, bytesToMs, REDACTED, type RealtimeAudioFormat } from '@colloquy/protocol';
import { isObject, objectOf } from '../is-object.ts';

type Json = Readonly<Record<string, unknown>>;

/** Number of bytes of a base64 text, or `known` if it is redacted. */
export function audioBytes(text: unknown, known: unknown): number | undefined {
  if (typeof text === 'string' && text !== REDACTED) return base64Length(text) ?? 0;
  return typeof known === 'number' && known >= 0 ? known : undefined;
}

/** Number of bytes of each audio of a client event, in order. `known`: those that are redacted. */
export function audioLengths(event: object, known: readonly unknown[]): (number | undefined)[] {
  const lengths: (number | undefined)[] = [];
  visitStrings(event, (name, text) => {
    if (name === 'audio') lengths.push(audioBytes(text, known[lengths.length]));
  });
  return lengths;
}

/** Whether an event has redacted text; an image is not text. */
export function hidesText(event: object): boolean {
  let isHidden = false;
  visitStrings(event, (name, text) => {
    isHidden ||= text === REDACTED && name !== 'image_url' && name !== 'audio';
  });
  return isHidden;
}

function visitStrings(value: unknown, visit: (name: string, text: string) => void, name = ''): void {
  if (typeof value === 'string') visit(name, value);
  else if (Array.isArray(value)) for (const each of value) visitStrings(each, visit, name);
  else if (isObject(value)) for (const [key, each] of Object.entries(value)) visitStrings(each, visit, key);
}

/** A copy of a client event with silence of the same length in place of audio: see `ClientStep`. */
export function withSilence<E extends object>(event: E, lengths: readonly unknown[], format: RealtimeAudioFormat): E {
  let count = 0;
  const fill = (value: unknown, name: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => fill(each, name));
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, key)]));
    if (name !== 'audio' || typeof value !== 'string') return value;
    const bytes = audioBytes(value, lengths[count]) ?? 0;
    count += 1;
    return `$silence${Math.round(bytesToMs(bytes, format))}`;
  };
  return fill(event, '') as E;
}

/** The format of a session's input or output, if it is stated. */
export function formatOf(side: unknown): RealtimeAudioFormat | undefined {
  const type = isObject(side) && isObject(side.format) ? side.format.type : undefined;
  if (type === 'audio/pcmu' || type === 'audio/pcma') return { type };
  return type === 'audio/pcm' ? { type, rate: 24_000 } : undefined;
}

/** Padding before speech in milliseconds, if the settings of a session's input state it. */
export function prefixOf(input: unknown): number | undefined {
  const detection = isObject(input) ? input.turn_detection : undefined;
  const prefix = isObject(detection) ? detection.prefix_padding_ms : undefined;
  return typeof prefix === 'number' ? prefix : undefined;
}

/** What a session of another server has that ours has not by itself: its client may have set it when it minted a secret. */
export function settingsOf({ type = 'realtime', output_modalities, tools, audio }: Json): Json | undefined {
  const input = objectOf(objectOf(audio).input);
  const isText = Array.isArray(output_modalities) && output_modalities[0] === 'text';
  const { turn_detection, transcription, format } = input;
  const changedInput = {
    ...(turn_detection === null && { turn_detection }),
    ...(isObject(transcription) && { transcription: textsIn(transcription) }),
    ...(isObject(format) && format.type !== 'audio/pcm' && { format }),
  };
  const changed = {
    ...(type === 'realtime' && isText && { output_modalities }),
    ...(Array.isArray(tools) && tools.length > 0 && { tools }),
    ...(Object.keys(changedInput).length > 0 && { audio: { input: changedInput } }),
  };
  return Object.keys(changed).length > 0 ? { type, ...changed } : undefined;
}

const textsIn = ({ model, language, prompt }: Json): Json =>
  Object.fromEntries(Object.entries({ model, language, prompt }).filter(([, value]) => typeof value === 'string'));
