// Prints an unexpected error in one line, without its message, which may quote a peer or a key.

/** Says so in one line; with `COLLOQUY_DEBUG=1` in the environment, also where it was thrown. */
export function faultText(command: string, error: unknown): string {
  const { name = 'Error', stack } = error instanceof Error ? error : { name: typeof error };
  const isShown = process.env.COLLOQUY_DEBUG === '1';
  const frames = isShown ? (stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line)) : [];
  const hint = isShown ? '' : '; COLLOQUY_DEBUG=1 shows where';
  return [`${command}: a fault of Colloquy (${name.slice(0, 64)}): please report it${hint}`, ...frames, ''].join('\n');
}
