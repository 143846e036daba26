import { describe, expect, test } from 'vitest';
import { PathData } from '#renderer/chart-picture/path-data.ts';
import { dateText, pictureFileName } from '#renderer/chart-picture/picture-name.ts';
import { paint, svgElement } from '#renderer/chart-picture/svg-markup.ts';

describe('SVG markup', () => {
  test.each([
    ['#63686b', { fill: '#63686b' }],
    ['none', { fill: 'none' }],
    ['rgb(1, 2, 3)', { fill: 'rgb(1, 2, 3)', 'fill-opacity': null }],
    ['rgba(1, 2, 3, 0.16)', { fill: 'rgb(1, 2, 3)', 'fill-opacity': '0.16' }],
    ['rgb(1 2 3 / 0.5)', { fill: 'rgb(1, 2, 3)', 'fill-opacity': '0.5' }],
  ])('programs that know no opacity in colours draw %s black', (colour, attributes) => {
    expect(paint('fill', colour)).toEqual(attributes);
  });

  test('attributes that are left out are written as "null", or a quote ends a value', () => {
    expect(svgElement('path', { d: 'M0 0', opacity: null, id: 'a"b', x: 1 / 3 })).toBe(
      '<path d="M0 0" id="a&quot;b" x="0.33"/>',
    );
  });
});

describe('path data', () => {
  const draw = (steps: (path: PathData) => void, begin = '') => {
    const path = new PathData(begin);
    steps(path);
    return path.toString();
  };

  test('a path that begins with a line draws nothing in SVG', () => {
    expect(draw(path => path.lineTo(1, 2))).toBe('M1 2');
    expect(
      draw(path => {
        path.moveTo(0, 0);
        path.lineTo(10, 0.123);
        path.closePath();
      }),
    ).toBe('M0 0L10 0.12Z');
  });

  test('a path made of another one loses what was in it', () => {
    expect(draw(path => path.lineTo(5, 5), 'M0 0L1 1')).toBe('M0 0L1 1L5 5');
  });

  test('a whole circle or a box is drawn as nothing, or open', () => {
    expect(draw(path => path.circle(10, 5, 2))).toBe('M12 5a2 2 0 1 1 -4 0a2 2 0 1 1 4 0Z');
    expect(draw(path => path.rect(1, 2, 30, 4))).toBe('M1 2h30v4h-30Z');
  });
});

describe('name of a picture', () => {
  test('a name that a file system refuses, or that sorts by something else than time', () => {
    const date = new Date(2026, 0, 5, 9, 7);
    expect(pictureFileName('Time to first token', date, 'svg')).toBe(
      'headroom-time-to-first-token-2026-01-05-0907.svg',
    );
    expect(pictureFileName('“K/V”: a?', date, 'png')).toBe('headroom-k-v-a-2026-01-05-0907.png');
    expect(dateText(date)).toBe('Headroom, 2026-01-05 09:07');
  });
});
