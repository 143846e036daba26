import type { Page } from 'playwright-core';

export interface FrameRecord {
  /** Milliseconds between animation frames. */
  readonly frames: readonly number[];
  /** Lengths of tasks above 50 ms, as the browser reports them. */
  readonly longTasks: readonly number[];
  /** Processor time of the page's main thread; unlike frame times, the same on a busy machine. */
  readonly mainThreadMs: number;
}

/** Records every frame and every long task of the page until `stop`. */
export async function recordFrames(page: Page): Promise<{ stop(): Promise<FrameRecord> }> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const mainThreadMs = async () => {
    const { metrics } = await devTools.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
  };
  const startMs = await mainThreadMs();
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
  return {
    async stop() {
      const record = await recorder.evaluate(recording => recording.stop());
      return { ...record, mainThreadMs: (await mainThreadMs()) - startMs };
    },
  };
}
