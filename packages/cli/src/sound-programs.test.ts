import { describe, expect, it } from 'vitest';
import { openLoudspeaker } from './sound-programs.ts';

const SECOND = new Int16Array(24_000);

describe('a loudspeaker', () => {
  it('says how much of the present answer was heard, once, and nothing where nothing is played', async () => {
    const speaker = openLoudspeaker({ name: 'cat', args: [] });
    expect(speaker.stop()).toBeUndefined();
    speaker.play(SECOND);
    speaker.play(SECOND);
    const heard = speaker.stop();
    expect(heard).toBeGreaterThanOrEqual(0);
    expect(heard).toBeLessThan(2000);
    expect(speaker.stop()).toBeUndefined();
    await speaker.close();
  });

  it('has heard nothing of an answer that waits for the one before to end', async () => {
    const speaker = openLoudspeaker({ name: 'cat', args: [] });
    speaker.next();
    speaker.play(SECOND);
    speaker.next();
    speaker.play(SECOND);
    expect(speaker.stop()).toBe(0);
    await speaker.close();
  });

  it('goes on where there is no such program: words are left', async () => {
    const speaker = openLoudspeaker({ name: 'no-such-program', args: [] });
    speaker.play(SECOND);
    await expect(speaker.close()).resolves.toBeUndefined();
  });
});
