// Two hundred hostile strings: markup, handlers, addresses, templates, escapes, confusable characters.

const MARK = 'parent.__hit=1';

const PLAIN = [
  `<script>${MARK}</script>`,
  `<script src="https://evil.test/x.js"></script>`,
  `<img src=x onerror="${MARK}">`,
  `<img src="https://evil.test/p.png">`,
  `<svg onload="${MARK}">`,
  `<svg><script>${MARK}</script></svg>`,
  `<svg><animate onbegin="${MARK}" attributeName=x dur=1s>`,
  `<iframe srcdoc="<script>${MARK}</script>"></iframe>`,
  `<iframe src="javascript:${MARK}"></iframe>`,
  `<object data="https://evil.test/x"></object>`,
  `<embed src="https://evil.test/x">`,
  `<link rel=stylesheet href="https://evil.test/x.css">`,
  `<link rel=prefetch href="https://evil.test/x">`,
  `<style>@import url(https://evil.test/x.css)</style>`,
  `<style>*{background:url(https://evil.test/x)}</style>`,
  `<base href="https://evil.test/">`,
  `<meta http-equiv=refresh content="0;url=https://evil.test/">`,
  `<form action="https://evil.test/"><input autofocus onfocus="${MARK}"></form>`,
  `<body onload="${MARK}">`,
  `<details open ontoggle="${MARK}">`,
  `<video src=x onerror="${MARK}"></video>`,
  `<audio src="https://evil.test/x.mp3" autoplay></audio>`,
  `<math><mtext></p><img src=x onerror="${MARK}"></math>`,
  `<template><script>${MARK}</script></template>`,
  `<a href="javascript:${MARK}">click</a>`,
  `<a href="https://evil.test/" target=_blank>click</a>`,
  `<plaintext>`,
  `<!--><script>${MARK}</script>-->`,
  `</textarea><script>${MARK}</script>`,
  `</title><script>${MARK}</script>`,
  `"><script>${MARK}</script>`,
  `' onmouseover='${MARK}`,
  `" autofocus onfocus="${MARK}" x="`,
  `javascript:${MARK}`,
  `data:text/html,<script>${MARK}</script>`,
  `data:text/html;base64,PHNjcmlwdD5wYXJlbnQuX19oaXQ9MTwvc2NyaXB0Pg==`,
  `vbscript:msgbox(1)`,
  `![x](https://evil.test/p.png)`,
  `[x](javascript:${MARK})`,
  `<https://evil.test/>`,
  `https://evil.test/?leak=1`,
  `//evil.test/x`,
  `\${${MARK}}`,
  `{{constructor.constructor('${MARK}')()}}`,
  `<%= ${MARK} %>`,
  `#{${MARK}}`,
  `__proto__`,
  `constructor`,
  `toString`,
  `{"__proto__":{"polluted":true}}`,
  `{"constructor":null,"__k":[],"type":"script"}`,
  `alert(1)`,
  `confirm(document.domain)`,
  `</script><script>alert(1)</script>`,
  `&lt;script&gt;${MARK}&lt;/script&gt;`,
  `&#60;script&#62;`,
  `%3Cscript%3E${MARK}%3C/script%3E`,
  `\\u003cscript\\u003e`,
  `\u001b[31mred\u001b[0m`,
  `\u001b]0;title\u0007`,
  `\u202egnp.exe`,
  `\u2066\u2067isolated\u2069`,
  `zero\u200bwidth\u200djoined\ufeff`,
  `nul\u0000byte`,
  `line\u2028separator\u2029`,
  `half a pair: \ud800`,
  `\u{e0041}\u{e0042} tags`,
  `раураl.com`,
  `a\u0301\u0302\u0303\u0304\u0305 stacked`,
  `${'W'.repeat(3000)}`,
];

/** Inside something, and after something: where one string ends, another might begin. */
const WRAPPED: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `"}]}</pre></code>${text}`,
  (text) => `${text}\n\n${text.toUpperCase()}`,
];

export const HOSTILE: readonly string[] = WRAPPED.flatMap((wrap) => PLAIN.map(wrap)).slice(0, 200);

/** As the console shows it: what one does not see is named by its number. */
export function escaped(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e0fff}]|[\ud800-\udfff]/gu,
    (char) => `U+${(char.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}

/** What nobody sees, or what turns the reading direction around: no text of the page may hold any of it. */
export const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e0fff}]|[\ud800-\udfff]/u;

/** Fields whose value decides what an event, an item or a part is; everything else that is a string is a stranger's to choose. */
const DECIDING = new Set(['type', 'from', 'object', 'role', 'status']);

/**
 * Events as they were, but with a hostile string in the place of every string, the same for the same string, so that what belonged
 * together still does. `all`: also where that decides what something is; `type` of an event itself and `from` stay.
 */
export function spoiltEvents<T extends { readonly type: string }>(events: readonly T[], { all = false } = {}): T[] {
  const chosen = new Map<string, string>();
  const hostile = (text: string) => {
    if (!chosen.has(text)) chosen.set(text, `${HOSTILE[(chosen.size * 7) % HOSTILE.length]} #${chosen.size}`);
    return chosen.get(text) as string;
  };
  const spoilt = (value: unknown, name: string): unknown => {
    if (typeof value === 'string') return DECIDING.has(name) && !all ? value : hostile(value);
    if (Array.isArray(value)) return value.map((each) => spoilt(each, name));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, spoilt(field, key)]));
  };
  return events.map((event) => ({ ...(spoilt(event, '') as T), type: event.type }));
}

/** A log in which every value that a session can bring along is hostile; some strings stand in each kind of place. */
export function hostileLog(): string {
  const strings = [...HOSTILE];
  const lines: object[] = [];
  let count = 0;
  const server = (event: object) =>
    lines.push({ at: count, from: 'server', event: { event_id: `e${count++}`, ...event } });
  const next = () => strings[count % strings.length] as string;
  lines.push({ recording: 1, session: HOSTILE[0], started_at: 0, hidden: [], seed: null, options: null });
  server({
    type: 'session.created',
    session: {
      id: next(),
      type: 'realtime',
      model: next(),
      instructions: next(),
      tools: [{ type: 'function', name: next() }],
    },
  });
  let previous: string | null = null;
  const item = (value: object) => {
    const id = `item_${count}`;
    server({ type: 'conversation.item.added', previous_item_id: previous, item: { id, ...value } });
    previous = id;
    return id;
  };
  const message = (role: string, content: object[]) => item({ type: 'message', role, status: 'completed', content });
  for (const text of strings) message('user', [{ type: 'input_text', text }]);
  for (const text of strings.slice(0, 30)) {
    message('assistant', [{ type: 'output_audio', transcript: text }]);
    message('user', [{ type: 'input_image', image_url: text }]);
    message(text, [{ type: text, [text]: text }]);
    item({ type: 'function_call', status: 'completed', name: text, call_id: text, arguments: text });
    item({ type: 'function_call_output', call_id: text, output: text });
    item({ type: 'mcp_call', server_label: text, name: text, arguments: text, output: text, error: null });
    item({
      ...{ type: 'mcp_call', server_label: text, name: text, arguments: '{}', output: null },
      error: { type: 'http_error', code: 500, message: text },
    });
    item({ type: 'mcp_list_tools', server_label: text, tools: [{ name: text, description: text, input_schema: {} }] });
    item({ type: 'mcp_approval_request', server_label: text, name: text, arguments: JSON.stringify({ [text]: text }) });
    item({ type: 'mcp_approval_response', approval_request_id: text, approve: true, reason: text });
    item({ type: text });
    server({ type: 'error', error: { type: text, code: text, message: text, param: text, event_id: text } });
    server({
      type: 'response.done',
      response: {
        id: text,
        status: 'failed',
        status_details: { reason: text, error: { type: text, code: text, message: text } },
        output: [],
      },
    });
    server({ type: text, text });
    lines.push({
      at: count,
      from: 'client',
      event: { type: 'response.create', event_id: text, response: { instructions: text } },
    });
  }
  return lines.map((line) => JSON.stringify(line)).join('\n');
}
