import { afterEach, describe, expect, it, vi } from 'vitest';
import { faultText } from './fault.ts';

describe('faultText', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('[LG1] is one line that neither shows a stack nor quotes the message', () => {
    const text = faultText('colloquy check', new TypeError('sk-CANARY is not\n    a function'));
    expect(text).toBe(
      'colloquy check: a fault of Colloquy (TypeError): please report it; COLLOQUY_DEBUG=1 shows where\n',
    );
    expect(faultText('colloquy', 'sk-CANARY')).not.toMatch(/CANARY/);
  });

  it('[LG1] shows where it was thrown when asked, still without the message', () => {
    vi.stubEnv('COLLOQUY_DEBUG', '1');
    const text = faultText('colloquy', new Error('sk-CANARY'));
    expect(text).toMatch(/^colloquy: a fault of Colloquy \(Error\): please report it\n {4}at .*fault\.test\.ts/);
    expect(text).not.toMatch(/CANARY/);
  });
});
