import type { Page } from 'playwright-core';

export interface FrameRecord {
  /** Milliseconds between animation frames. */
  readonly frames: readonly number[];
  /** Lengths of tasks above 50 ms, as the browser reports them. */
  readonly longTasks: readonly number[];
}

/** Records every frame and every long task of the page until `stop`. */
export async function recordFrames(page: Page): Promise<{ stop(): Promise<FrameRecord> }> {
  const recorder = await page.evaluateHandle(() => {
    const frames: number[] = [];
    const longTasks: number[] = [];
    const observer = new PerformanceObserver(list => {
      for (const entry of list.getEntries()) longTasks.push(entry.duration);
    });
    observer.observe({ type: 'longtask' });
    let last: number | undefined;
    let request = requestAnimationFrame(function frame(nowMs) {
      if (last !== undefined) frames.push(nowMs - last);
      last = nowMs;
      request = requestAnimationFrame(frame);
    });
    return {
      stop() {
        cancelAnimationFrame(request);
        for (const entry of observer.takeRecords()) longTasks.push(entry.duration);
        observer.disconnect();
        return { frames, longTasks };
      },
    };
  });
  return { stop: () => recorder.evaluate(recording => recording.stop()) };
}
