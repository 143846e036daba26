/** A hidden window draws no frames; its state must go on all the same. */
const hiddenIntervalMs = 250;

export function onNextFrame(run: () => void): void {
  if (document.visibilityState === 'hidden') setTimeout(run, hiddenIntervalMs);
  else requestAnimationFrame(run);
}
