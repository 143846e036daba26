import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const source = readFileSync(
  new URL('../../../src/renderer/styles/tokens.css', import.meta.url),
  'utf8',
);

type Theme = 'light' | 'dark';

/** A token's opaque colour in a theme, as linear-light channels. */
function channels(token: string, theme: Theme): number[] {
  const match = new RegExp(`--${token}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(
    source,
  );
  const hex = match?.[theme === 'light' ? 1 : 2];
  if (hex === undefined) throw new Error(`No opaque colour: ${token}`);
  return [1, 3, 5].map(at => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(first: string, second: string, theme: Theme): number {
  const [high = 0, low = 0] = [first, second]
    .map(token => {
      const [red = 0, green = 0, blue = 0] = channels(token, theme);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const themes: Theme[] = ['light', 'dark'];
const surfaces = ['ground', 'surface', 'surface-raised', 'surface-hover'];
const texts = ['text', 'text-muted', 'text-faint', 'accent-text'];
const pairs = [
  ...surfaces.flatMap(surface => texts.map(text => [text, surface] as const)),
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['on-danger', 'danger'],
  ['text', 'danger-soft'],
  ['text-muted', 'danger-soft'],
  ['text-muted', 'warning-soft'],
  ['text-muted', 'success-soft'],
  ['text-muted', 'accent-soft'],
  ['text', 'selection'],
  ['text', 'surface-active'],
  ['danger', 'surface'],
  ['danger', 'surface-raised'],
  ['warning', 'surface'],
  ['chart-axis', 'ground'],
] as const;
const shapes = [
  'border-strong',
  'focus-ring',
  'series-system',
  'series-history',
  'series-prompt',
  'series-answer',
  'series-k',
  'series-v',
  'series-weights',
  'series-compute',
  'series-queue',
  'series-engine',
  'series-host',
  'series-vram',
];

describe.each(themes)('%s theme', theme => {
  it.each(pairs)('has readable text (WCAG AA): %s on %s', (text, surface) => {
    expect(contrast(text, surface, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(shapes.flatMap(shape => ['ground', 'surface'].map(surface => [shape, surface] as const)))(
    'has shapes that can be told from their ground: %s on %s',
    (shape, surface) => {
      expect(contrast(shape, surface, theme)).toBeGreaterThanOrEqual(3);
    },
  );
});
