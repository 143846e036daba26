import { rounded, svgElement, svgText } from './svg-markup.ts';

/** A piece of a picture: SVG elements in a box of their own, in CSS pixels. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly elements: string;
}

/** A figure or an entry of the legend. */
export interface PictureItem {
  readonly mark: Drawing | null;
  readonly text: string;
}

/** A chart with everything that is needed to read it. */
export interface ChartPicture {
  readonly title: string;
  /** When this was to be seen. */
  readonly date: string;
  readonly figures: readonly PictureItem[];
  readonly legend: readonly PictureItem[];
  /** The chart itself, in one piece or several. */
  readonly plot: {
    readonly width: number;
    readonly height: number;
    readonly drawings: readonly (Drawing & { readonly x: number; readonly y: number })[];
    /** Said in its middle where there is nothing to draw. */
    readonly note: string | null;
  };
  /** As the browser resolves them. */
  readonly colours: {
    readonly ground: string;
    readonly text: string;
    readonly muted: string;
  };
}

/** A complete SVG file. */
export interface SvgPicture {
  readonly svg: string;
  /** CSS pixels, whole ones. */
  readonly width: number;
  readonly height: number;
}

interface TextStyle {
  readonly size: number;
  readonly weight?: number;
}

/** How wide a text is in the font of pictures, in CSS pixels. */
export type MeasureText = (text: string, style: TextStyle) => number;

/** The family that every program has some font for. */
export const pictureFont = 'sans-serif';

const titleStyle = { size: 14, weight: 600 };
const figureStyle = { size: 12 };
const legendStyle = { size: 11 };
const dateStyle = { size: 10 };

const margin = 16;
const gap = 8;
const lineHeight = 17;
const markGap = 5;
const itemGap = 14;

/** Title, figures, chart, legend and date, one below the other on the ground of the theme. */
export function composePicture(picture: ChartPicture, measure: MeasureText): SvgPicture {
  const { title, date, plot, colours } = picture;
  const inner = Math.max(plot.width, measure(title, titleStyle));
  const column = new Column(margin);
  column.add(lineHeight, top => textAt(margin, top, title, titleStyle, colours.text));
  column.space(gap / 2);
  for (const row of rowsOf(picture.figures, inner, figureStyle, measure)) {
    column.add(lineHeight, top => rowAt(top, row, figureStyle, colours.text));
  }
  column.space(gap);
  column.add(plot.height, top => plotAt(top, picture));
  column.space(gap);
  for (const row of rowsOf(picture.legend, inner, legendStyle, measure)) {
    column.add(lineHeight, top => rowAt(top, row, legendStyle, colours.muted));
  }
  column.add(lineHeight, top => textAt(margin, top, date, dateStyle, colours.muted));
  const width = Math.ceil(inner + 2 * margin);
  const height = Math.ceil(column.bottom + margin - gap / 2);
  const content = [
    svgElement('title', {}, svgText(title)),
    svgElement('rect', { width, height, fill: colours.ground }),
    ...column.elements,
  ].join('');
  const svg = svgElement(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': pictureFont,
    },
    content,
  );
  return { svg: `${svg}\n`, width, height };
}

/** Elements from the top down. */
class Column {
  readonly elements: string[] = [];
  bottom: number;

  constructor(top: number) {
    this.bottom = top;
  }

  add(height: number, elementAt: (top: number) => string): void {
    this.elements.push(elementAt(this.bottom));
    this.bottom += height;
  }

  space(height: number): void {
    this.bottom += height;
  }
}

interface PlacedItem extends PictureItem {
  readonly x: number;
}

/** As many items in a row as have room, and at least one. */
function rowsOf(
  items: readonly PictureItem[],
  width: number,
  style: TextStyle,
  measure: MeasureText,
): readonly (readonly PlacedItem[])[] {
  const rows: PlacedItem[][] = [];
  let x = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const needed = indent(item) + measure(item.text, style);
    if (x + needed > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)?.push({ ...item, x });
    x += needed + itemGap;
  }
  return rows;
}

/** From the beginning of an item to its text. */
function indent({ mark }: PictureItem): number {
  return mark === null ? 0 : mark.width + markGap;
}

function rowAt(top: number, row: readonly PlacedItem[], style: TextStyle, colour: string): string {
  return row
    .map(item => {
      const x = margin + item.x;
      const { mark } = item;
      const shown =
        mark === null ? '' : drawingAt(x, top + (lineHeight - mark.height) / 2, mark.elements);
      return shown + textAt(x + indent(item), top, item.text, style, colour);
    })
    .join('');
}

function plotAt(top: number, { plot, colours }: ChartPicture): string {
  if (plot.note !== null) {
    const middle = { x: margin + plot.width / 2, y: top + plot.height / 2 + 4 };
    return svgElement(
      'text',
      { ...middle, 'text-anchor': 'middle', 'font-size': figureStyle.size, fill: colours.muted },
      svgText(plot.note),
    );
  }
  return plot.drawings
    .map(({ x, y, elements }) => drawingAt(margin + x, top + y, elements))
    .join('');
}

function drawingAt(x: number, y: number, elements: string): string {
  return svgElement('g', { transform: `translate(${rounded(x)} ${rounded(y)})` }, elements);
}

/** One line of text that stands in the middle of a line's height. */
function textAt(x: number, top: number, text: string, style: TextStyle, colour: string): string {
  const y = top + lineHeight / 2 + style.size * 0.36;
  const font = { 'font-size': style.size, 'font-weight': style.weight ?? null };
  return svgElement('text', { x, y, ...font, fill: colour }, svgText(text));
}
