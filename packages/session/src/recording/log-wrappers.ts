// Unwraps log lines: the JSON that Docker writes around each line of a container, and the frames that the Python
// library `websockets` prints.

type Json = Readonly<Record<string, unknown>>;

export interface LineUnwrapper {
  /**
   * The complete lines in a Docker value, and their time; no lines while a line continues. `undefined` for other
   * values.
   */
  unwrap(value: unknown): { readonly lines: string[]; readonly time: string } | undefined;
  /** The line without Python's quoting of the frame's text; `undefined` if it has none. */
  unquote(line: string): string | undefined;
  /** Incomplete lines. */
  end(): string[];
}

/** Docker splits lines after 16 KiB. Maximum length of a rejoined line, in UTF-16 code units. */
const MAX_LINE = 17 * 1024 * 1024;

export function createLineUnwrapper(onForm: (form: string) => void): LineUnwrapper {
  /** By stream, the incomplete line. */
  const openLines = new Map<string, { parts: string[]; length: number }>();

  function appendToLine(stream: string, text: string): string[] {
    const line = openLines.get(stream) ?? { parts: [], length: 0 };
    openLines.set(stream, line);
    line.parts.push(text);
    line.length += text.length;
    if (!text.endsWith('\n') && line.length < MAX_LINE) return [];
    openLines.delete(stream);
    return [line.parts.join('').trimEnd()];
  }

  return {
    unwrap(value) {
      if (!isDocker(value)) return undefined;
      onForm('Docker');
      return { lines: appendToLine(value.stream, value.log), time: value.time };
    },
    unquote(line) {
      const match = PYTHON_FRAME.exec(line.slice(0, MAX_PREFIX));
      if (!match) return undefined;
      const [, before = '', side = '', quote = ''] = match;
      const end = line.lastIndexOf(quote);
      if (end < match[0].length) return undefined;
      onForm('Python websockets');
      return `${before}${side} ${unescapePython(line.slice(match[0].length, end))}`;
    },
    end: () => [...openLines.values()].map(({ parts }) => parts.join('')),
  };
}

const isDocker = (value: unknown): value is { log: string; stream: string; time: string } => {
  if (typeof value !== 'object' || value === null) return false;
  const { log, stream, time } = value as Json;
  return typeof log === 'string' && (stream === 'stdout' || stream === 'stderr') && typeof time === 'string';
};

const MAX_PREFIX = 256;
/** `DEBUG:websockets.client:< TEXT '{"type": …}' [99 bytes]` */
const PYTHON_FRAME = /^(.*?)([<>]) TEXT (['"])/;

/** Python's escapes; JSON's own escapes appear with two backslashes. */
const unescapePython = (text: string): string =>
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
