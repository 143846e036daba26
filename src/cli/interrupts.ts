import type { EventEmitter } from 'node:events';

/**
 * One press of Ctrl+C may arrive twice: from the terminal, and from a launcher that passes it on.
 * Nobody presses twice this fast.
 */
const samePressMs = 250;

/** What the person at the keyboard, or the system, wants to end. */
export interface Interrupts extends Disposable {
  /** Aborted by the first Ctrl+C: end what is going on. */
  readonly stop: AbortSignal;
  /** Aborted by the second one, and by being told to end: quit. Implies `stop`. */
  readonly quit: AbortSignal;
}

/** What `process` does for this file. */
type SignalSource = Pick<EventEmitter, 'on' | 'off'>;

/** After `quit`, and once disposed, the next signal ends the process at once. */
export function catchInterrupts(
  source: SignalSource = process,
  now: () => number = () => performance.now(),
): Interrupts {
  const stop = new AbortController();
  const quit = new AbortController();
  let firstAt: number | undefined;

  const interrupt = () => {
    if (firstAt === undefined) {
      firstAt = now();
      stop.abort();
    } else if (now() - firstAt > samePressMs) {
      end();
    }
  };
  const end = () => {
    dispose();
    stop.abort();
    quit.abort();
  };
  const dispose = () => {
    source.off('SIGINT', interrupt).off('SIGTERM', end).off('SIGHUP', end);
  };
  source.on('SIGINT', interrupt).on('SIGTERM', end).on('SIGHUP', end);
  return { stop: stop.signal, quit: quit.signal, [Symbol.dispose]: dispose };
}
