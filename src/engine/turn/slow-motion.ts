/** Holds generation back to a speed at which cells can be watched filling. */
export class SlowMotion {
  /** Null: as fast as it goes. */
  tokensPerSecond: number | null = null;

  /**
   * Waits until the next token may be generated; at once where nothing is held back, and as soon as
   * `signal` is aborted.
   *
   * @param sampledAt when the last token came, on this process's clock
   */
  async hold(sampledAt: number, signal: AbortSignal): Promise<void> {
    if (this.tokensPerSecond === null) return;
    const waitMs = sampledAt + 1000 / this.tokensPerSecond - performance.now();
    if (waitMs <= 0 || signal.aborted) return;
    await new Promise<void>(resolve => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
