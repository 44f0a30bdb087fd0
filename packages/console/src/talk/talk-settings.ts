// The settings of a session, and the `session.update` made from them.

import { decodeClientEvent, readFrame } from '@colloquy/protocol';
import { type Signal, signal } from '@preact/signals';

export type TurnDetection = 'none' | 'server_vad' | 'semantic_vad';

export interface TalkSettings {
  /** An engine of the server, or any other name. Empty until the server has said what it takes by default. */
  readonly model: Signal<string>;
  /** Empty leaves the server's own. */
  readonly voice: Signal<string>;
  /** `undefined` leaves the server's own. */
  readonly instructions: Signal<string | undefined>;
  /** JSON: a list of tools. Empty is none. */
  readonly tools: Signal<string>;
  readonly output: Signal<'audio' | 'text'>;
  readonly turnDetection: Signal<TurnDetection>;
  /** Whether speech is written down. */
  readonly transcribe: Signal<boolean>;
}

export function createTalkSettings(): TalkSettings {
  return {
    model: signal(''),
    voice: signal(''),
    instructions: signal(undefined),
    tools: signal(''),
    output: signal('audio'),
    turnDetection: signal('none'),
    transcribe: signal(true),
  };
}

export type Update = { readonly ok: true; readonly event: object } | { readonly ok: false; readonly message: string };

/** The tools a text stands for, or what is wrong with it, in one sentence that names the place. */
export function readTools(text: string): { ok: true; tools: unknown[] } | { ok: false; message: string } {
  if (text.trim() === '') return { ok: true, tools: [] };
  const read = readFrame(text, true);
  if (!read.ok || read.later) {
    const message = read.ok ? (read.later as { message: string }).message : 'Invalid JSON.';
    return { ok: false, message: `Tools: ${message}${placeOfFault(text)}` };
  }
  const tools = Array.isArray(read.value) ? (read.value as unknown[]) : [read.value];
  const decoded = decodeClientEvent(
    { type: 'session.update', session: { type: 'realtime', tools } },
    { profile: 'server' },
  );
  if (decoded.ok) return { ok: true, tools };
  const [{ param, message }] = decoded.issues;
  return {
    ok: false,
    message: `Tools: ${message.replaceAll('session.tools', 'tools')}${param && !message.includes(param) ? ` (${param.replace('session.tools', 'tools')})` : ''}`,
  };
}

/** Where JSON ends to be JSON: ` (line 3, column 7)`, as far as a bracket count tells. */
function placeOfFault(text: string): string {
  const open: string[] = [];
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (isString) {
      if (char === '\\') at += 1;
      else if (char === '"') isString = false;
      else if (char === '\n') return ` A string is not closed${lineOf(text, at)}.`;
    } else if (char === '"') isString = true;
    else if (char === '{' || char === '[') open.push(char);
    else if (char === '}' || char === ']') {
      if (open.pop() !== (char === '}' ? '{' : '[')) return ` '${char}' closes nothing${lineOf(text, at)}.`;
    }
  }
  if (isString) return ' A string is not closed.';
  return open.length > 0 ? ` '${open.at(-1)}' is not closed.` : '';
}

const lineOf = (text: string, at: number) => ` in line ${text.slice(0, at).split('\n').length}`;

/** The event that puts the settings into effect. */
export function sessionUpdateOf(settings: TalkSettings): Update {
  const read = readTools(settings.tools.peek());
  if (!read.ok) return read;
  const voice = settings.voice.peek();
  const instructions = settings.instructions.peek();
  const detection = settings.turnDetection.peek();
  const session = {
    type: 'realtime',
    output_modalities: [settings.output.peek()],
    ...(instructions !== undefined && { instructions }),
    tools: read.tools,
    audio: {
      input: {
        turn_detection: detection === 'none' ? null : { type: detection },
        transcription: settings.transcribe.peek() ? { model: 'whisper-1' } : null,
      },
      ...(voice !== '' && { output: { voice } }),
    },
  };
  return { ok: true, event: { type: 'session.update', session } };
}
