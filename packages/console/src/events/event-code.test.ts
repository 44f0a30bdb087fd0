// Events as code.

import { describe, expect, it } from 'vitest';
import { codeText, jsonText } from './event-code.ts';

const EVENT = { type: 'session.update', session: { instructions: "It's", tools: [], turn_detection: null, on: true } };
const ADDRESS = 'ws://127.0.0.1:8787/v1/realtime?model=gpt-realtime';

describe('an event as text to paste', () => {
  it('[CO60] is JSON, or a call of openai-node', () => {
    expect(JSON.parse(jsonText(EVENT))).toEqual(EVENT);
    const code = codeText('openai-node', EVENT, ADDRESS);
    expect(code).toMatch(/^rt\.send\(\{\n/);
    expect(JSON.parse(code.slice('rt.send('.length, -');'.length))).toEqual(EVENT);
  });

  it('[CO60] is a call of the Python package, with its own words for null and booleans', () => {
    expect(codeText('openai-python', EVENT, ADDRESS)).toBe(
      [
        'connection.send({',
        '    "type": "session.update",',
        '    "session": {',
        '        "instructions": "It\'s",',
        '        "tools": [],',
        '        "turn_detection": None,',
        '        "on": True,',
        '    },',
        '})',
      ].join('\n'),
    );
  });

  it('[CO60] is a command whose quotes the shell reads as they stand', () => {
    expect(codeText('wscat', { text: "a'b" }, ADDRESS)).toBe(
      `wscat -c '${ADDRESS}' -s realtime -w 5 -x '{"text":"a'\\''b"}'`,
    );
  });
});
