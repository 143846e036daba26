import { z } from 'zod';

/** Every reason the app distinguishes. The UI branches on these alone, never on message texts. */
export const errorCodes = [
  'invalid-input',
  'not-found',
  'not-allowed',
  'busy',
  'cancelled',
  'connection-lost',
  'internal',
  'model-file-missing',
  'model-file-unreachable',
  'model-file-empty',
  'model-not-gguf',
  'model-truncated',
  'model-damaged',
  'model-unsupported',
  'model-load-failed',
  'no-model',
  'cache-type-illegal',
  'context-does-not-fit',
  'context-failed',
  'backend-unavailable',
  'prompt-too-long',
  'template-failed',
  'engine-crashed',
  'engine-restarted',
  'engine-unavailable',
  'storage-failed',
  'snapshot-refused',
  'snapshot-damaged',
  'snapshot-failed',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** An error as data: what crosses a process boundary, and what the store keeps with a failed turn. */
export const appErrorSchema = z.object({
  code: z.enum(errorCodes),
  /** One plain sentence or two: what happened, and why. */
  message: z.string(),
  /** What the user can do next; null where there is nothing to advise. */
  suggestion: z.string().nullable(),
  /** Technical text for "Copy details"; never shown in place. */
  details: z.string().nullable(),
});

export type AppErrorData = z.infer<typeof appErrorSchema>;

/** The throwable form of {@link AppErrorData}. */
export class AppError extends Error {
  readonly data: AppErrorData;

  constructor(
    code: ErrorCode,
    message: string,
    options: { suggestion?: string; details?: string; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'AppError';
    this.data = {
      code,
      message,
      suggestion: options.suggestion ?? null,
      details: options.details ?? null,
    };
  }

  get code(): ErrorCode {
    return this.data.code;
  }

  static fromData(data: AppErrorData): AppError {
    return new AppError(data.code, data.message, {
      ...(data.suggestion === null ? {} : { suggestion: data.suggestion }),
      ...(data.details === null ? {} : { details: data.details }),
    });
  }
}

/** Anything thrown, as data. What is not an {@link AppError} is a defect of ours and says so. */
export function toErrorData(thrown: unknown): AppErrorData {
  if (thrown instanceof AppError) return thrown.data;
  const details =
    thrown instanceof Error
      ? (thrown.stack ?? `${thrown.name}: ${thrown.message}`)
      : String(thrown);
  return {
    code: 'internal',
    message: 'Something went wrong inside Headroom.',
    suggestion: 'Try again. If it happens again, copy the details into a bug report.',
    details,
  };
}

export function cancelledError(what: string): AppError {
  return new AppError('cancelled', `${what} was cancelled.`);
}
