import { describe, expect, it } from 'vitest';
import { hideCredentials, holdsCredential } from './credential.ts';
import { redact } from './redact.ts';

describe('hideCredentials', () => {
  it.each([
    ['sk-abcdef', '[REDACTED]'],
    ['role sk-abc-DEF_1, id ek_xyz.', 'role [REDACTED], id [REDACTED].'],
    ['Authorization: Bearer abc.def next', 'Authorization: [REDACTED] next'],
    ['realtime, openai-insecure-api-key.abc, x', 'realtime, [REDACTED] x'],
    ['task-abc desk-top week_1', 'task-abc desk-top week_1'],
  ])('[RD12] shows %s as %s', (text, redacted) => {
    expect(hideCredentials(text)).toBe(redacted);
    expect(holdsCredential(hideCredentials(text))).toBe(false);
  });

  it('[RD12] hides names of fields as it hides values', () => {
    const redacted = redact({ 'sk-abcdef': 1, inner: [{ ek_abc: 'x', plain: 'Bearer abc' }] }, { level: 'key' });
    expect(redacted).toEqual({ '[REDACTED]': 1, inner: [{ '[REDACTED]': 'x', plain: '[REDACTED]' }] });
    expect(redact(redacted, { level: 'key' })).toEqual(redacted);
  });
});
