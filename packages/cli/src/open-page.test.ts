import { describe, expect, it } from 'vitest';
import { canOpenPage } from './open-page.ts';

describe('canOpenPage', () => {
  it.each<[boolean, NodeJS.Platform, boolean, Record<string, string>]>([
    [true, 'darwin', true, {}],
    [true, 'win32', true, { CI: 'false' }],
    [true, 'linux', true, { DISPLAY: ':0' }],
    [true, 'linux', true, { WAYLAND_DISPLAY: 'wayland-0' }],
    [true, 'linux', true, { WSL_DISTRO_NAME: 'Debian' }],
    [false, 'linux', true, { DISPLAY: '' }],
    [false, 'darwin', false, {}],
    [false, 'darwin', true, { CI: '1' }],
    [false, 'linux', true, { DISPLAY: ':0', CI: 'true' }],
  ])('[CL1] is %s on %s, terminal %s, %j', (expected, platform, isTerminal, env) => {
    expect(canOpenPage({ platform, env, isTerminal })).toBe(expected);
  });
});
