import { PathData } from './path-data.ts';
import { paint, rounded, svgElement, svgText } from './svg-markup.ts';

/** From a text's position to the line it is written on, in its own size. */
const baselines: Readonly<Record<CanvasTextBaseline, number>> = {
  alphabetic: 0,
  ideographic: -0.2,
  bottom: -0.2,
  middle: 0.35,
  hanging: 0.8,
  top: 0.8,
};

const anchors: Readonly<Record<CanvasTextAlign, string>> = {
  left: 'start',
  start: 'start',
  center: 'middle',
  right: 'end',
  end: 'end',
};

/**
 * Everything that is drawn on a canvas while `draw` runs, as SVG elements in the canvas's own pixels.
 * Nothing reaches the canvas, which keeps what it shows. Knows the calls that the charts make and no
 * others; a path has to be drawn under the transformation that it was made under.
 *
 * @param idPrefix what the ids of this drawing begin with, to tell them from those of another
 */
export function recordCanvas(
  context: CanvasRenderingContext2D,
  idPrefix: string,
  draw: () => void,
): string {
  const recorder = new CanvasRecorder(context, idPrefix);
  const NativePath = globalThis.Path2D;
  const calls = recorder.calls();
  Object.assign(context, calls);
  // Charts make their paths of the global class, and what is in one of those cannot be read back.
  globalThis.Path2D = recordedPath(NativePath);
  try {
    draw();
  } finally {
    globalThis.Path2D = NativePath;
    for (const name of Object.keys(calls)) Reflect.deleteProperty(context, name);
  }
  return recorder.elements.join('');
}

/** A path that canvases can draw later on, like any other, and that tells what is in it. */
interface RecordedPath extends Path2D {
  readonly data: PathData;
}

function recordedPath(NativePath: typeof Path2D): typeof Path2D {
  return class extends NativePath implements RecordedPath {
    readonly data: PathData;

    constructor(from: Path2D | string = '') {
      super(from);
      this.data = new PathData(typeof from === 'string' ? from : dataOf(from));
    }

    override moveTo(x: number, y: number): void {
      super.moveTo(x, y);
      this.data.moveTo(x, y);
    }

    override lineTo(x: number, y: number): void {
      super.lineTo(x, y);
      this.data.lineTo(x, y);
    }

    override rect(x: number, y: number, width: number, height: number): void {
      super.rect(x, y, width, height);
      this.data.rect(x, y, width, height);
    }

    override closePath(): void {
      super.closePath();
      this.data.closePath();
    }
  };
}

function dataOf(path: Path2D): string {
  if ('data' in path && path.data instanceof PathData) return path.data.toString();
  throw new Error('A chart draws a path that was made before the recording began.');
}

class CanvasRecorder {
  readonly elements: string[] = [];
  readonly #context: CanvasRenderingContext2D;
  readonly #idPrefix: string;
  #path = new PathData();
  /** The area that is drawn in, as the id of its element; null is all of the canvas. */
  #clip: string | null = null;
  readonly #outerClips: (string | null)[] = [];
  #clipCount = 0;

  constructor(context: CanvasRenderingContext2D, idPrefix: string) {
    this.#context = context;
    this.#idPrefix = idPrefix;
  }

  /** What stands in for the context's own methods. Its state is kept by the context as ever. */
  calls() {
    const context = this.#context;
    const save = context.save.bind(context);
    const restore = context.restore.bind(context);
    return {
      save: () => {
        save();
        this.#outerClips.push(this.#clip);
      },
      restore: () => {
        restore();
        this.#clip = this.#outerClips.pop() ?? null;
      },
      clearRect: () => {},
      beginPath: () => {
        this.#path = new PathData();
      },
      moveTo: (x, y) => this.#path.moveTo(x, y),
      lineTo: (x, y) => this.#path.lineTo(x, y),
      rect: (x, y, width, height) => this.#path.rect(x, y, width, height),
      arc: (x, y, radius) => this.#path.circle(x, y, radius),
      clip: (path?: unknown) => this.#clipTo(this.#dataOf(path)),
      fill: (path?: unknown) => this.#fill(this.#dataOf(path)),
      stroke: (path?: unknown) => this.#stroke(this.#dataOf(path)),
      fillText: (text, x, y) => this.#fillText(text, x, y),
    } satisfies Partial<CanvasRenderingContext2D>;
  }

  #dataOf(path: unknown): string {
    return path instanceof Path2D ? dataOf(path) : this.#path.toString();
  }

  #clipTo(data: string): void {
    const id = `${this.#idPrefix}-${this.#clipCount++}`;
    const area = svgElement('path', { d: data, transform: this.#transform() });
    this.elements.push(svgElement('clipPath', { id, 'clip-path': this.#clipReference() }, area));
    this.#clip = id;
  }

  #fill(data: string): void {
    this.#add('path', { d: data, ...paint('fill', String(this.#context.fillStyle)) });
  }

  #stroke(data: string): void {
    const { strokeStyle, lineWidth, lineCap, lineJoin } = this.#context;
    const dash = this.#context.getLineDash();
    this.#add('path', {
      d: data,
      fill: 'none',
      ...paint('stroke', String(strokeStyle)),
      'stroke-width': lineWidth,
      'stroke-linecap': lineCap === 'butt' ? null : lineCap,
      'stroke-linejoin': lineJoin === 'miter' ? null : lineJoin,
      'stroke-dasharray': dash.length === 0 ? null : dash.join(' '),
    });
  }

  #fillText(text: string, x: number, y: number): void {
    const { font, fillStyle, textAlign, textBaseline } = this.#context;
    const size = Number.parseFloat(/([\d.]+)px/.exec(font)?.[1] ?? '10');
    const position = {
      x,
      y: y + size * baselines[textBaseline],
      'font-size': size,
      'text-anchor': anchors[textAlign],
    };
    this.#add('text', { ...position, ...paint('fill', String(fillStyle)) }, svgText(text));
  }

  #add(name: string, attributes: Parameters<typeof svgElement>[1], content = ''): void {
    const { globalAlpha } = this.#context;
    const element = svgElement(
      name,
      {
        ...attributes,
        opacity: globalAlpha === 1 ? null : globalAlpha,
        transform: this.#transform(),
      },
      content,
    );
    // The area is not moved by what moves the element.
    const clip = this.#clipReference();
    this.elements.push(clip === null ? element : svgElement('g', { 'clip-path': clip }, element));
  }

  #clipReference(): string | null {
    return this.#clip === null ? null : `url(#${this.#clip})`;
  }

  #transform(): string | null {
    const { a, b, c, d, e, f, isIdentity } = this.#context.getTransform();
    return isIdentity ? null : `matrix(${[a, b, c, d, e, f].map(rounded).join(' ')})`;
  }
}
