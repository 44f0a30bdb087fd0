// The exit codes of all commands. Imports nothing: the main help prints them.

/** Exit codes. A process ended by a second signal, or by Ctrl-C, exits with 128 plus the number of the signal. */
export const EXIT = {
  done: 0,
  /** The command failed: a port in use, no server, a refused or unanswered turn, a recording that replays differently. */
  failed: 1,
  /** The request is wrong: arguments, settings, a public address without keys. */
  misused: 2,
} as const;

export const EXIT_CODES_HELP = `Exit codes:
  0    success
  1    failed, for example: port in use, no answer of a server, a turn without a response, a different recording
  2    wrong arguments or settings, or a public address without keys
  130  interrupted by Ctrl-C (SIGINT); 143 by a second SIGTERM
`;
