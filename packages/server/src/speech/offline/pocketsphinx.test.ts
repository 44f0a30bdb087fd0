import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openPocketSphinx, SPEECH_PACKAGES_COMMAND } from './pocketsphinx.ts';

it('returns the install command when a package is missing', async () => {
  const opened = await openPocketSphinx({ model: join(tmpdir(), 'no-such-model') });
  expect(opened).toEqual({ ok: false, missing: expect.stringContaining(SPEECH_PACKAGES_COMMAND) });
  expect(SPEECH_PACKAGES_COMMAND).toBe(
    'sudo apt-get install -y --no-install-recommends libpocketsphinx3 pocketsphinx-en-us',
  );
});

it('reports an unreadable model when it is opened', async () => {
  const model = mkdtempSync(join(tmpdir(), 'sphinx-'));
  try {
    mkdirSync(join(model, 'en-us'));
    for (const name of ['cmudict-en-us.dict', 'en-us.lm.bin']) writeFileSync(join(model, name), 'nothing');
    expect(await openPocketSphinx({ model })).toMatchObject({ ok: false });
  } finally {
    rmSync(model, { recursive: true });
  }
});
