// An event as text to paste: JSON, or the code that sends it.

/** `openai-node`, the Python package and `wscat` send what a client sent; nobody sends an event of a server. */
export const CODE_FORMS = ['openai-node', 'openai-python', 'wscat'] as const;
export type CodeForm = (typeof CODE_FORMS)[number];

export const CODE_NAMES: Readonly<Record<CodeForm, string>> = {
  'openai-node': 'openai-node (rt.send)',
  'openai-python': 'openai-python (connection.send)',
  wscat: 'wscat command',
};

export const jsonText = (event: unknown): string => JSON.stringify(event, null, 2) ?? '';

/** `address` is the WebSocket of the session: `ws://127.0.0.1:8787/v1/realtime?model=gpt-realtime`. */
export function codeText(form: CodeForm, event: unknown, address: string): string {
  switch (form) {
    case 'openai-node':
      return `rt.send(${jsonText(event)});`;
    case 'openai-python':
      return `connection.send(${pythonText(event, 0)})`;
    case 'wscat':
      return `wscat -c ${shellText(address)} -s realtime -w 5 -x ${shellText(JSON.stringify(event) ?? '')}`;
  }
}

/** In single quotes, which the shell reads as they stand. */
const shellText = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const MAX_DEPTH = 64;

/** JSON but for its three words. */
function pythonText(value: unknown, depth: number): string {
  if (value === null || value === undefined || depth > MAX_DEPTH) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const members = Array.isArray(value)
    ? value.map((each) => pythonText(each, depth + 1))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${pythonText(each, depth + 1)}`);
  if (members.length === 0) return `${open}${close}`;
  const indent = '    '.repeat(depth + 1);
  return `${open}\n${members.map((each) => `${indent}${each},\n`).join('')}${'    '.repeat(depth)}${close}`;
}
