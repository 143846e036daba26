import type { BrowserWindow, Rectangle } from 'electron';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';

export const smallestWindow = { width: 640, height: 480 };
const firstWindow = { width: 1280, height: 800 };

/** In pixels of the screen, as the window is when neither maximized nor minimized. */
const windowStateSchema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(smallestWindow.width),
  height: z.int().min(smallestWindow.height),
  maximized: z.boolean(),
});
type WindowState = z.infer<typeof windowStateSchema>;

export interface WindowPlacement {
  readonly bounds: Partial<Rectangle> & { width: number; height: number };
  readonly maximized: boolean;
}

/** Where the window was, or the middle of the screen when that screen is not there any more. */
export function placeWindow(path: string, workAreas: readonly Rectangle[]): WindowPlacement {
  const state = readJsonFile(path, windowStateSchema);
  if (state === null) return { bounds: firstWindow, maximized: false };
  const { maximized, ...bounds } = state;
  if (!workAreas.some(area => showsTitleBar(area, bounds))) {
    return { bounds: { width: bounds.width, height: bounds.height }, maximized };
  }
  return { bounds, maximized };
}

/** Kept when the window closes; a crash costs the last move at most. */
export function keepWindowState(window: BrowserWindow, path: string): void {
  window.on('close', () => {
    const { x, y, width, height } = window.getNormalBounds();
    const state: WindowState = { x, y, width, height, maximized: window.isMaximized() };
    writeJsonFile(path, state);
  });
}

/** Enough of the top edge to take hold of the window and move it. */
function showsTitleBar(area: Rectangle, window: Rectangle): boolean {
  const left = Math.max(area.x, window.x);
  const right = Math.min(area.x + area.width, window.x + window.width);
  return right - left >= 100 && window.y >= area.y && window.y <= area.y + area.height - 50;
}
