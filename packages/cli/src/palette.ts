// Colours on a terminal, and when they are used.

import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

/** What a stream can do; `process.stdout` and `process.stderr` are such. */
type Stream = Pick<WriteStream, 'isTTY'> | { readonly isTTY?: boolean };
type Environment = Readonly<Record<string, string | undefined>>;

const STYLES = { heading: 'bold', name: 'cyan', good: 'green', bad: 'red', warning: 'yellow', quiet: 'dim' } as const;

export type Palette = { readonly [S in keyof typeof STYLES]: (text: string) => string };

/**
 * Whether text on this stream is coloured: on a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`. `FORCE_COLOR` decides
 * over both, as Node has it: `0` and `false` mean no, anything else yes. https://no-color.org
 */
export function hasColour({ isTTY }: Stream, env: Environment): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = env;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTTY === true && !refused && terminal !== 'dumb';
}

/** The styles for a stream; without colour each returns its text as it is. */
export function paletteFor(stream: Stream, env: Environment = process.env): Palette {
  const isColoured = hasColour(stream, env);
  const styled = Object.entries(STYLES).map(([name, format]) => [
    name,
    (text: string) => (isColoured ? styleText(format, text) : text),
  ]);
  return Object.fromEntries(styled) as Palette;
}

/** A help text with its headings and its commands or options set apart. */
export function colouredHelp(text: string, stream: Stream = process.stdout): string {
  const { heading, name } = paletteFor(stream);
  return text
    .replace(/^(?:Usage|[A-Z][\w ,()]*)(?=:)/gm, heading)
    .replace(
      /^( {2})((?:-\w, )?--[a-z][a-z-]*|[a-z]+(?= {3,}))/gm,
      (_, indent: string, option: string) => indent + name(option),
    );
}
