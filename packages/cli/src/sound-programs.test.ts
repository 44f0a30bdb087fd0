import { describe, expect, it } from 'vitest';
import { openLoudspeaker } from './sound-programs.ts';

const SECOND = new Int16Array(24_000);
const part = (item_id: string) => ({ item_id, content_index: 0 });

describe('a loudspeaker', () => {
  it('says how much of an answer was heard, once, and nothing where nothing is played', async () => {
    const speaker = openLoudspeaker({ name: 'cat', args: [] });
    expect(speaker.stop()).toEqual([]);
    speaker.play(SECOND, part('a'));
    speaker.play(SECOND, part('a'));
    const [heardMs] = speaker.stop();
    expect(heardMs?.heard_ms).toBeGreaterThanOrEqual(0);
    expect(heardMs?.heard_ms).toBeLessThan(2000);
    expect(speaker.stop()).toEqual([]);
    await speaker.close();
  });

  it('has heard nothing of an answer that waits for the one before to end', async () => {
    const speaker = openLoudspeaker({ name: 'cat', args: [] });
    speaker.play(SECOND, part('a'));
    speaker.play(SECOND, part('b'));
    expect(speaker.stop().at(-1)).toEqual({ ...part('b'), heard_ms: 0 });
    await speaker.close();
  });

  it('goes on where there is no such program: words are left', async () => {
    const speaker = openLoudspeaker({ name: 'no-such-program', args: [] });
    speaker.play(SECOND, part('a'));
    await expect(speaker.close()).resolves.toBeUndefined();
  });
});
