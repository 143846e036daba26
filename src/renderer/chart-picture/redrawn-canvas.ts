const redraws = new WeakMap<HTMLCanvasElement, () => void>();

/** @param redraw draws everything anew, at once, also while the canvas is out of view */
export function onRedraw(canvas: HTMLCanvasElement, redraw: () => void): void {
  redraws.set(canvas, redraw);
}

/** Has the owner of a canvas draw it anew, at once. Does nothing where nobody owns it. */
export function redraw(canvas: HTMLCanvasElement): void {
  redraws.get(canvas)?.();
}
