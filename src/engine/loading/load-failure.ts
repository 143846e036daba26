import { AppError } from '#shared/errors/app-error.ts';
import { type LogLine, logTail } from './llama-log.ts';

/** What llama.cpp's log says about a failure, as far as we know how to put it in plain words. */
interface Reading {
  readonly pattern: RegExp;
  error(match: RegExpExecArray, details: string): AppError;
}

/** First match wins; the more specific reading stands first. */
const modelReadings: readonly Reading[] = [
  {
    pattern: /unknown model architecture: '([^']*)'/,
    error: (match, details) => unsupportedArchitecture(match[1] ?? '', details),
  },
  {
    pattern: /tensor '([^']+)' data is not within the file bounds/,
    error: (_, details) =>
      new AppError('model-truncated', 'The model file ends before its weights do.', {
        suggestion: 'Download or copy the file again.',
        details,
      }),
  },
  {
    pattern: /(?:tensor '([^']+)' has invalid data|found nan value|invalid values?)/i,
    error: (_, details) =>
      new AppError(
        'model-damaged',
        'The model file is damaged: some of its weights are not numbers.',
        { suggestion: 'Download or copy the file again.', details },
      ),
  },
  {
    pattern: /tensor '([^']+)' not found|missing tensor '([^']+)'/,
    error: (match, details) =>
      new AppError(
        'model-damaged',
        `The model file is incomplete: the weights named "${match[1] ?? match[2] ?? ''}" are missing.`,
        { suggestion: 'Download the file again, or choose another one.', details },
      ),
  },
  {
    pattern: /(?:failed|unable) to allocate|out of memory/i,
    error: (_, details) =>
      new AppError('model-load-failed', 'There is not enough memory to load this model.', {
        suggestion:
          'Close other programs, keep fewer layers on the GPU, or choose a smaller model.',
        details,
      }),
  },
  {
    pattern: /error loading model: (.+)/,
    error: (match, details) =>
      new AppError(
        'model-load-failed',
        `llama.cpp could not load the model: ${sentence(match[1] ?? '')}`,
        {
          suggestion:
            'Check that the file is complete and made for a current llama.cpp, or choose another one.',
          details,
        },
      ),
  },
];

const contextReadings: readonly Reading[] = [
  {
    pattern: /quantized V cache.*requires (?:flash_attn|Flash Attention)/i,
    error: (_, details) =>
      new AppError(
        'cache-type-illegal',
        'A quantized V cache needs flash attention, which is off for this model.',
        { suggestion: 'Turn flash attention on or to auto, or choose f16 for V.', details },
      ),
  },
  {
    pattern: /(K|V) cache type (\S+) with block size (\d+) does not divide/,
    error: (match, details) =>
      new AppError(
        'cache-type-illegal',
        `${match[1]} cannot be kept as ${match[2]}: it is stored in blocks of ${match[3]} elements, which this model's heads are no multiple of.`,
        { suggestion: `Choose f16 for ${match[1]}.`, details },
      ),
  },
  {
    pattern: /(?:failed|unable) to allocate|out of memory/i,
    error: (_, details) =>
      new AppError('context-does-not-fit', 'There is not enough memory for this context.', {
        suggestion: 'Choose a shorter context or a smaller cache type.',
        details,
      }),
  },
];

/**
 * The reason of a failed load of weights. The library's own error only says that it failed.
 *
 * @returns null when the log holds no reason at all
 */
export function readModelFailure(lines: readonly LogLine[]): AppError | null {
  return read(modelReadings, lines);
}

/** The reason of a failed creation of a context. */
export function readContextFailure(lines: readonly LogLine[]): AppError | null {
  return read(contextReadings, lines);
}

function unsupportedArchitecture(architecture: string, details?: string): AppError {
  return new AppError(
    'model-unsupported',
    `Models of the architecture "${architecture}" are not supported by this release of llama.cpp.`,
    {
      suggestion: 'Choose another model, or a newer release of Headroom.',
      ...(details === undefined ? {} : { details }),
    },
  );
}

function read(readings: readonly Reading[], lines: readonly LogLine[]): AppError | null {
  const complaints = lines.filter(line => line.level === 'error' || line.level === 'warn');
  for (const reading of readings) {
    for (const line of complaints) {
      const match = reading.pattern.exec(line.text);
      if (match !== null) return reading.error(match, logTail(lines));
    }
  }
  return null;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
