import { paint, svgElement, svgText } from './svg-markup.ts';

/** What says where something is; everything else comes from the style that the page gives it. */
const placing = [
  ...['d', 'x', 'y', 'x1', 'y1', 'x2', 'y2', 'cx', 'cy', 'r', 'rx', 'ry', 'width', 'height'],
  ...['points', 'transform', 'dx', 'dy', 'text-anchor', 'id', 'clip-path'],
];

const painted = new Set(['path', 'rect', 'circle', 'line', 'polyline', 'polygon', 'text']);

/** What is only there while somebody points at the chart, and what only screen readers read. */
const passing = '.recharts-tooltip-cursor, .recharts-active-dot, title, desc';

/** The content of an SVG drawing of the page, on its own: no classes, no tokens, no style sheet. */
export function standaloneDrawing(drawing: SVGSVGElement): string {
  return [...drawing.childNodes].map(standalone).join('');
}

function standalone(node: Node): string {
  if (node instanceof Text) return svgText(node.data);
  if (!(node instanceof SVGElement) || node.matches(passing)) return '';
  const attributes = placing.map(name => [name, node.getAttribute(name)] as const);
  return svgElement(
    node.localName,
    { ...Object.fromEntries(attributes), ...(painted.has(node.localName) ? paintOf(node) : {}) },
    [...node.childNodes].map(standalone).join(''),
  );
}

function paintOf(element: SVGElement): Parameters<typeof svgElement>[1] {
  const style = getComputedStyle(element);
  const dash = style.strokeDasharray;
  return {
    ...paint('fill', style.fill),
    ...(style.fillOpacity === '1' ? {} : { 'fill-opacity': style.fillOpacity }),
    ...(style.stroke === 'none' ? {} : paint('stroke', style.stroke)),
    'stroke-width': style.stroke === 'none' ? null : Number.parseFloat(style.strokeWidth),
    'stroke-dasharray': dash === 'none' ? null : dash.replaceAll('px', ''),
    opacity: style.opacity === '1' ? null : style.opacity,
    'font-size': element.localName === 'text' ? Number.parseFloat(style.fontSize) : null,
  };
}
