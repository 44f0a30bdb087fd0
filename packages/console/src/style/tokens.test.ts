// The palette by computation: contrast of text, and data colours that differ for every kind of colour vision.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

type Triple = readonly [number, number, number];
const CSS = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');
const SCHEMES = ['light', 'dark'] as const;
type Scheme = (typeof SCHEMES)[number];

/** A token as OKLCH: lightness, chroma, hue in degrees. */
function token(name: string, scheme: Scheme): Triple {
  const pattern = new RegExp(`--${name}: light-dark\\(oklch\\(([^)]*)\\), oklch\\(([^)]*)\\)\\)`);
  const text = pattern.exec(CSS)?.[scheme === 'light' ? 1 : 2];
  if (text === undefined) throw new Error(`no colour --${name}`);
  return text.split(' ').map(Number) as unknown as Triple;
}

const clamp = (value: number) => Math.max(0, Math.min(1, value));

/** OKLCH to linear sRGB, cut to what a screen shows. */
function linear([l, c, h]: Triple): Triple {
  const [a, b] = [c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)];
  const [x, y, z] = [
    (l + 0.3963377774 * a + 0.2158037573 * b) ** 3,
    (l - 0.1055613458 * a - 0.0638541728 * b) ** 3,
    (l - 0.0894841775 * a - 1.291485548 * b) ** 3,
  ];
  return [
    clamp(4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z),
    clamp(-1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z),
    clamp(-0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z),
  ];
}

/** Linear sRGB to OKLab, in which a distance is a difference that is seen. */
function labOf([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Contrast of WCAG 2. */
function contrast(one: Triple, other: Triple): number {
  const [a, b] = [one, other].map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b) as [number, number];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Full deficiencies by Machado, Oliveira and Fernandes (2009), on linear sRGB. */
const VISION: Readonly<Record<string, readonly Triple[]>> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const seenWith = (matrix: readonly Triple[], color: Triple): Triple =>
  matrix.map((row) => clamp(row.reduce((sum, factor, at) => sum + factor * (color[at] as number), 0))) as never;

const DATA = ['user', 'assistant', 'vad', 'stt', 'llm', 'tts', 'tool', 'error'] as const;
const pairs = DATA.flatMap((one, at) => DATA.slice(at + 1).map((other) => [one, other] as const));
/** Stages that touch in a waterfall. */
const NEIGHBOURS = [
  ['vad', 'stt'],
  ['stt', 'llm'],
  ['llm', 'tts'],
] as const;

describe.each(SCHEMES)('the palette (%s)', (scheme) => {
  const color = (name: string) => linear(token(name, scheme));
  const weak = (texts: readonly string[], surfaces: readonly string[], least: number) =>
    texts.flatMap((text) =>
      surfaces.flatMap((surface) => {
        const ratio = contrast(color(text), color(surface));
        return ratio < least ? [`--${text} on --${surface}: ${ratio.toFixed(2)}`] : [];
      }),
    );
  const SURFACES = ['page', 'surface', 'raised', 'fill', 'accent-soft'];

  it('[CO34] shows content with a contrast of 7 and meta with 4.5', () => {
    expect(weak(['text', 'text-secondary'], SURFACES, 7)).toEqual([]);
    const meta = ['text-muted', 'accent-text', 'error-text', 'warning-text', 'live-text'];
    expect(weak([...meta, 'user-text', 'assistant-text', 'tool-text'], SURFACES, 4.5)).toEqual([]);
    expect(weak(['on-accent'], ['accent', 'accent-hover'], 4.5)).toEqual([]);
    expect(weak(['on-data'], ['user', 'vad', 'stt', 'llm', 'tts', 'tool'], 4.5)).toEqual([]);
  });

  it('[CO34] shows marks, controls and focus with a contrast of 3', () => {
    expect(weak(['user', 'assistant', 'tts', 'error', 'tool', 'accent'], ['page', 'surface'], 3)).toEqual([]);
  });

  it.each(Object.entries(VISION))('[CO34] has data colours that differ with %s vision', (_, matrix) => {
    const tooClose = pairs.flatMap(([one, other]) => {
      const [a, b] = [one, other].map((name) => labOf(seenWith(matrix, color(name)))) as [Triple, Triple];
      const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
      return distance < 0.04 ? [`--${one} and --${other}: ${distance.toFixed(3)}`] : [];
    });
    expect(tooClose).toEqual([]);
  });

  it('[CO34] has stages that differ from their neighbours in grey', () => {
    const alike = NEIGHBOURS.filter(
      ([one, other]) => Math.abs(token(one, scheme)[0] - token(other, scheme)[0]) < 0.055,
    );
    expect(alike).toEqual([]);
  });
});
