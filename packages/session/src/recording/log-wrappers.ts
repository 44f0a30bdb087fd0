// Lines of a log inside something else: what Docker writes around each line of a container, and what the Python library `websockets` prints
// of each frame.

type Json = Readonly<Record<string, unknown>>;

export interface LineUnwrapper {
  /** The lines a value holds, and when they were written, where it is Docker's: none while the line is not at its end. */
  unwrap(value: unknown): { readonly lines: string[]; readonly time: string } | undefined;
  /** A line as it was before Python quoted the text of its frame; `undefined` where it did not. */
  unquote(line: string): string | undefined;
  /** What had no end yet. */
  end(): string[];
}

/** Docker cuts lines after 16 KiB; so many UTF-16 code units are put together again. */
const MAX_LINE = 17 * 1024 * 1024;

export function createLineUnwrapper(onForm: (form: string) => void): LineUnwrapper {
  /** By stream, the line that is not at its end. */
  const begun = new Map<string, { parts: string[]; length: number }>();

  function join(stream: string, text: string): string[] {
    const line = begun.get(stream) ?? { parts: [], length: 0 };
    begun.set(stream, line);
    line.parts.push(text);
    line.length += text.length;
    if (!text.endsWith('\n') && line.length < MAX_LINE) return [];
    begun.delete(stream);
    return [line.parts.join('').trimEnd()];
  }

  return {
    unwrap(value) {
      if (!isDocker(value)) return undefined;
      onForm('Docker');
      return { lines: join(value.stream, value.log), time: value.time };
    },
    unquote(line) {
      const found = PYTHON.exec(line.slice(0, MAX_PREFIX));
      if (!found) return undefined;
      const [, before = '', side = '', quote = ''] = found;
      const end = line.lastIndexOf(quote);
      if (end < found[0].length) return undefined;
      onForm('Python websockets');
      return `${before}${side} ${pythonText(line.slice(found[0].length, end))}`;
    },
    end: () => [...begun.values()].map(({ parts }) => parts.join('')),
  };
}

const isDocker = (value: unknown): value is { log: string; stream: string; time: string } => {
  if (typeof value !== 'object' || value === null) return false;
  const { log, stream, time } = value as Json;
  return typeof log === 'string' && (stream === 'stdout' || stream === 'stderr') && typeof time === 'string';
};

const MAX_PREFIX = 256;
/** `DEBUG:websockets.client:< TEXT '{"type": …}' [99 bytes]` */
const PYTHON = /^(.*?)([<>]) TEXT (['"])/;

/** Python's escapes: what JSON escaped itself stands there with two backslashes. */
const pythonText = (text: string): string =>
  text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U000?([0-9a-f]{5,6})|(.))/gi,
    (_, byte?: string, unit?: string, point?: string, sign = '') => {
      const code = byte ?? unit ?? point;
      if (code !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff));
      return ESCAPES.get(sign) ?? sign;
    },
  );

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
