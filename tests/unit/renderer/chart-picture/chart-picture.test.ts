import { DOMParser } from '@xmldom/xmldom';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ChartPicture,
  composePicture,
  type MeasureText,
  type PictureItem,
} from '#renderer/chart-picture/chart-picture.ts';

const measure: MeasureText = (text, { size }) => text.length * size * 0.6;
const mark = { width: 10, height: 8, elements: '<path d="M0 0H10V8H0Z"/>' };

function picture(changes: Partial<ChartPicture> = {}): ChartPicture {
  return {
    title: 'Cache fill',
    date: 'Headroom, 2026-11-25 22:38',
    figures: [{ mark, text: 'Used 304 tokens' }],
    legend: [{ mark, text: 'Turn begins' }],
    plot: {
      width: 300,
      height: 116,
      drawings: [{ x: 0, y: 0, width: 300, height: 116, elements: '<path d="M0 0L300 116"/>' }],
      note: null,
    },
    colours: { ground: 'rgb(0, 0, 0)', text: 'rgb(9, 9, 9)', muted: 'rgb(5, 5, 5)' },
    ...changes,
  };
}

/** The root of a file; throws where it is no XML. */
function parsed(svg: string): Element {
  const complain = (message: string) => {
    throw new Error(message);
  };
  const parser = new DOMParser({
    errorHandler: { warning: complain, error: complain, fatalError: complain },
  });
  return parser.parseFromString(svg, 'image/svg+xml').documentElement;
}

function elements(root: Element, name: string): Element[] {
  return Array.from(root.getElementsByTagName(name));
}

const texts = (root: Element) => elements(root, 'text').map(({ textContent }) => textContent);

describe('a picture of a chart', () => {
  test('something that is needed to read the chart is missing, or text is drawn as shapes', () => {
    const { svg, width, height } = composePicture(picture(), measure);
    const root = parsed(svg);
    expect(texts(root)).toEqual([
      'Cache fill',
      'Used 304 tokens',
      'Turn begins',
      'Headroom, 2026-11-25 22:38',
    ]);
    expect(root.getAttribute('viewBox')).toBe(`0 0 ${width} ${height}`);
    expect(elements(root, 'rect')[0]?.getAttribute('fill')).toBe('rgb(0, 0, 0)');
    expect(elements(root, 'path')).toHaveLength(3);
  });

  test('a chart without anything to draw is an empty picture', () => {
    const note = 'Each turn adds a bar.';
    const plot = { width: 300, height: 132, drawings: [], note };
    expect(texts(parsed(composePicture(picture({ plot }), measure).svg))).toContain(note);
  });

  test('what somebody wrote breaks the file, or comes out as something else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), text => {
        const legend = [{ mark: null, text: `<b> & "${text}" ]]>` }];
        const { svg } = composePicture(picture({ title: text, legend }), measure);
        // XML knows no control characters, and reads every line break as the same one.
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
        const kept = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '');
        expect(texts(parsed(svg))[2]?.replace(/\r/g, '\n')).toBe(
          `<b> & "${kept.replace(/\r/g, '\n')}" ]]>`,
        );
      }),
    );
  });

  test('entries of the legend lie over each other, or beyond the edge of the picture', () => {
    const item = fc
      .tuple(fc.string({ minLength: 1, maxLength: 30 }), fc.boolean())
      .map(([text, marked]): PictureItem => ({ text, mark: marked ? mark : null }));
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 12 }), legend => {
        const { svg, width } = composePicture(picture({ figures: [], legend }), measure);
        const placed = elements(parsed(svg), 'text')
          .slice(1, -1)
          .map((element, index) => {
            const x = Number(element.getAttribute('x'));
            return {
              row: Number(element.getAttribute('y')),
              left: x - (legend[index]?.mark === null ? 0 : mark.width),
              right: x + measure(legend[index]?.text ?? '', { size: 11 }),
            };
          });
        expect(placed).toHaveLength(legend.length);
        for (const [index, { row, left, right }] of placed.entries()) {
          expect(right).toBeLessThan(width);
          const before = placed[index - 1];
          if (before?.row === row) expect(left).toBeGreaterThan(before.right);
        }
      }),
    );
  });
});
