import { recordCanvas } from './canvas-recorder.ts';
import type { ChartPicture, Drawing, PictureItem } from './chart-picture.ts';
import { redraw } from './redrawn-canvas.ts';
import { standaloneDrawing } from './svg-drawing.ts';
import { svgElement } from './svg-markup.ts';

/** Where the parts of a chart are on the page. */
export interface FramedChart {
  readonly title: string;
  /** Their children are the items. */
  readonly figures: HTMLElement | null;
  readonly legend: HTMLElement | null;
  /** Canvases of uPlot or a drawing of recharts; a sentence where there is nothing to draw. */
  readonly body: HTMLElement;
}

/** What a chart shows right now; also one that is hidden because its table is shown. */
export function readChart(chart: FramedChart): Omit<ChartPicture, 'date'> {
  const { title, figures, legend, body } = chart;
  const drawings = drawingsIn(body);
  return {
    title,
    figures: itemsOf(figures),
    legend: itemsOf(legend),
    plot: {
      width: body.clientWidth,
      // A hidden body has no height of its own.
      height:
        drawings.length === 0
          ? body.scrollHeight
          : Math.max(...drawings.map(({ y, height }) => y + height)),
      drawings,
      note: drawings.length === 0 ? wordsOf(body) : null,
    },
    colours: {
      ground: groundOf(body),
      text: getComputedStyle(body).color,
      muted: getComputedStyle(legend ?? body).color,
    },
  };
}

function drawingsIn(body: HTMLElement): ChartPicture['plot']['drawings'] {
  const origin = body.getBoundingClientRect();
  return [...body.querySelectorAll('canvas, svg.recharts-surface')].map((element, index) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const elements = elementsOf(element, `clip-${index}`, width);
    return { x: left - origin.left, y: top - origin.top, width, height, elements };
  });
}

function elementsOf(element: Element, idPrefix: string, width: number): string {
  if (element instanceof SVGSVGElement) return standaloneDrawing(element);
  return element instanceof HTMLCanvasElement ? canvasElements(element, idPrefix, width) : '';
}

/** @param shownWidth CSS pixels; the canvas has as many as the screen has */
function canvasElements(canvas: HTMLCanvasElement, idPrefix: string, shownWidth: number): string {
  const context = canvas.getContext('2d');
  if (context === null) return '';
  const elements = recordCanvas(context, idPrefix, () => redraw(canvas));
  const scale = shownWidth / canvas.width;
  return scale === 1 ? elements : svgElement('g', { transform: `scale(${scale})` }, elements);
}

function itemsOf(container: HTMLElement | null): readonly PictureItem[] {
  return [...(container?.children ?? [])].map(item => {
    const mark = item.querySelector('svg');
    return { mark: mark === null ? null : markDrawing(mark), text: wordsOf(item) };
  });
}

function markDrawing(mark: SVGSVGElement): Drawing {
  const { width, height } = mark.viewBox.baseVal;
  return { width, height, elements: standaloneDrawing(mark) };
}

/** The text of an element, with a space where the page leaves one between two elements. */
function wordsOf(element: Element): string {
  const words: string[] = [];
  let parent: Node | null = null;
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode() !== null) {
    const { currentNode } = walker;
    if (parent !== null && parent !== currentNode.parentNode) words.push(' ');
    parent = currentNode.parentNode;
    words.push(currentNode.textContent ?? '');
  }
  return words.join('').replace(/\s+/g, ' ').trim();
}

/** The colour that an element stands on: its own, or that of the nearest one around it that has any. */
function groundOf(element: Element): string {
  const { backgroundColor } = getComputedStyle(element);
  const isClear = backgroundColor === 'rgba(0, 0, 0, 0)';
  return isClear && element.parentElement !== null
    ? groundOf(element.parentElement)
    : backgroundColor;
}
