import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSilero } from './silero.ts';

it('reports missing weights instead of loading a file that would end the process', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'silero-'));
  try {
    const weights = join(folder, 'weights.onnx');
    writeFileSync(weights, 'no network');
    expect(await openSilero({ weights })).toEqual({
      ok: false,
      missing: expect.stringMatching(/no file that it is known/),
    });
    expect(await openSilero({ weights: folder })).toEqual({
      ok: false,
      missing: expect.stringMatching(/cannot be read/),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
