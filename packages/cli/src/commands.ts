// The table of commands. Each is loaded on demand, so `colloquy --version` loads none of them.

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
      summary: 'serve the Realtime API on http://127.0.0.1:8787',
      load: async () => (await import('./commands/serve.ts')).serve,
    },
  ],
  [
    'talk',
    {
      summary: 'talk in the terminal, with text or speech',
      load: async () => (await import('./commands/talk.ts')).talk,
    },
  ],
  [
    'watch',
    {
      summary: 'run a program against a recording server of its own, with a live view',
      load: async () => (await import('./commands/watch.ts')).watch,
    },
  ],
  [
    'doctor',
    {
      summary: 'check each configured endpoint and model',
      load: async () => (await import('./commands/doctor.ts')).doctor,
    },
  ],
  [
    'replay',
    {
      summary: 'replay recordings and compare, here or with a live server',
      load: async () => (await import('./commands/replay.ts')).replay,
    },
  ],
  [
    'list',
    {
      summary: 'list live sessions and recordings, with latency, errors and cost',
      load: async () => (await import('./commands/list.ts')).list,
    },
  ],
  [
    'open',
    {
      summary: 'open the console with a log: a file, a recording or a live session',
      load: async () => (await import('./commands/open.ts')).open,
    },
  ],
  [
    'inspect',
    {
      summary: 'show the conversation, times and errors of a log',
      load: async () => (await import('./commands/inspect.ts')).inspect,
    },
  ],
  [
    'check',
    {
      summary: 'check logs of events for protocol violations',
      load: async () => (await import('./commands/check.ts')).check,
    },
  ],
  [
    'redact',
    {
      summary: 'copy a log without credentials, audio, images or text',
      load: async () => (await import('./commands/redact.ts')).redact,
    },
  ],
  [
    'measure',
    {
      summary: 'print latency, tokens and cost of responses',
      load: async () => (await import('./commands/measure.ts')).measure,
    },
  ],
  [
    'convert',
    {
      summary: "convert other programs' logs to recordings, and back",
      load: async () => (await import('./commands/convert.ts')).convert,
    },
  ],
  [
    'tail',
    {
      summary: 'print the events of a live session',
      load: async () => (await import('./commands/tail.ts')).tail,
    },
  ],
  [
    'completion',
    {
      summary: 'print a completion script for bash, zsh or fish',
      load: async () => (await import('./commands/completion.ts')).completionOf(COMMANDS),
    },
  ],
]);
