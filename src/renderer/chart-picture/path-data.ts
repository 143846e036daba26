import { rounded } from './svg-markup.ts';

/** A canvas path as the data of an SVG path. */
export class PathData {
  #commands: string[];

  /** @param commands path data to begin with */
  constructor(commands = '') {
    this.#commands = commands === '' ? [] : [commands];
  }

  moveTo(x: number, y: number): void {
    this.#add('M', x, y);
  }

  lineTo(x: number, y: number): void {
    // A canvas begins a path with a line; SVG does not.
    this.#add(this.#commands.length === 0 ? 'M' : 'L', x, y);
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#add('M', x, y);
    this.#commands.push(`h${rounded(width)}v${rounded(height)}h${rounded(-width)}Z`);
  }

  /** A whole circle around a point; charts draw no other arcs. */
  circle(x: number, y: number, radius: number): void {
    const r = rounded(radius);
    this.#add('M', x + radius, y);
    this.#commands.push(`a${r} ${r} 0 1 1 ${-2 * r} 0a${r} ${r} 0 1 1 ${2 * r} 0Z`);
  }

  closePath(): void {
    this.#commands.push('Z');
  }

  toString(): string {
    return this.#commands.join('');
  }

  #add(command: string, x: number, y: number): void {
    this.#commands.push(`${command}${rounded(x)} ${rounded(y)}`);
  }
}
