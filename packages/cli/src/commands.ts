// The commands there are, each loaded when it is asked for: `colloquy --version` loads none of them, nor what they import.

import type { Command } from './command.ts';

export interface CommandEntry {
  /** One line, for `colloquy --help`. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const COMMANDS: ReadonlyMap<string, CommandEntry> = new Map<string, CommandEntry>([
  [
    'serve',
    {
      summary: 'serve the Realtime API, on http://127.0.0.1:8787',
      load: async () => (await import('./commands/serve.ts')).serve,
    },
  ],
  [
    'talk',
    {
      summary: 'hold a conversation in the terminal, in writing or aloud',
      load: async () => (await import('./commands/talk.ts')).talk,
    },
  ],
  [
    'doctor',
    {
      summary: 'ask each configured endpoint and model, and say what is wrong',
      load: async () => (await import('./commands/doctor.ts')).doctor,
    },
  ],
  [
    'replay',
    {
      summary: 'run recordings again and compare, here or against a live server',
      load: async () => (await import('./commands/replay.ts')).replay,
    },
  ],
  [
    'inspect',
    {
      summary: 'what is in a log: conversation, times, errors',
      load: async () => (await import('./commands/inspect.ts')).inspect,
    },
  ],
  [
    'check',
    {
      summary: 'hold logs of events to the protocol, ours or others',
      load: async () => (await import('./commands/check.ts')).check,
    },
  ],
  [
    'redact',
    {
      summary: 'write a log without credentials, audio, images or words',
      load: async () => (await import('./commands/redact.ts')).redact,
    },
  ],
  [
    'measure',
    {
      summary: 'latency, tokens and cost of logged responses',
      load: async () => (await import('./commands/measure.ts')).measure,
    },
  ],
  [
    'convert',
    {
      summary: "turn others' logs into recordings, and back",
      load: async () => (await import('./commands/convert.ts')).convert,
    },
  ],
  [
    'tail',
    {
      summary: 'print what passes in a live session, as it comes',
      load: async () => (await import('./commands/tail.ts')).tail,
    },
  ],
  [
    'completion',
    {
      summary: 'a script that completes commands in bash, zsh or fish',
      load: async () => (await import('./commands/completion.ts')).completionOf(COMMANDS),
    },
  ],
]);
