import type { Port } from '#shared/rpc/port.ts';

/** How an engine process ended. `code` and `signal` are both null when it never came to life. */
export interface EngineExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines it wrote to stderr, or why it could not be started. */
  readonly stderrTail: string;
}

/** A running engine, however it was started. Whoever launched it sees to its end. */
export interface EngineProcess {
  readonly port: Port;
  /** Resolves once the process is gone; never rejects. */
  readonly exited: Promise<EngineExit>;
  /** Ends it at once, unfinished work and all. Harmless after the end. */
  kill(): void;
}

export type EngineLauncher = () => EngineProcess;
