import { FAILURES, type FailureCode } from '@colloquy/protocol';
import { describe, expect, it } from 'vitest';
import { httpAnswer } from './http-answer.ts';
import { NO_CREDENTIAL, refusal, refusalOf } from './refusals.ts';

describe('refusal', () => {
  it.each(Object.keys(FAILURES) as FailureCode[])('[RT13, ER49] maps %s as its row of FAILURES says', (code) => {
    const { type, http, close } = FAILURES[code];
    const result = refusal(code, 'No.', 'model');
    expect(result).toEqual({ code, message: 'No.', param: 'model', type, http, close, reason: `${type}.${code}` });
    expect(httpAnswer(result).status).toBe(http);
    expect(JSON.parse(httpAnswer(result).body)).toEqual({ error: { message: 'No.', type, param: 'model', code } });
  });

  it('[ER48] names the type alone in the close reason when no credential was sent', () => {
    expect(NO_CREDENTIAL).toMatchObject({ code: 'invalid_api_key', http: 401, close: 3000 });
    expect(NO_CREDENTIAL.reason).toBe('invalid_request_error');
  });

  it('[RT13] copies only the fields of an issue', () => {
    const issue = { code: 'invalid_value', param: null, message: 'No.', value: 'sk-secret' } as const;
    expect(JSON.stringify(refusalOf(issue))).not.toContain('sk-secret');
  });
});
