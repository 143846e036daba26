import { AppError, type AppErrorData } from '#shared/errors/app-error.ts';

export function loadKilledEngine(death: AppErrorData, path: string): AppErrorData {
  return {
    ...death,
    message: `${death.message} It was loading ${path}.`,
    suggestion:
      'The model is not loaded again by itself, since the load may be the reason. Try a shorter context or fewer GPU layers.',
  };
}

export function measuring(): AppError {
  return new AppError('busy', 'A measurement has the engine.', {
    suggestion: 'Cancel it, or wait for its end.',
  });
}

export function notReadyInTime(): AppError {
  return new AppError('engine-unavailable', 'The model was not ready in time.', {
    suggestion: 'Wait until it is loaded, then send the message again.',
  });
}

export function noModelError(error: AppErrorData | null): AppError {
  if (error?.code === 'engine-crashed' || error?.code === 'engine-unavailable') {
    return new AppError('engine-unavailable', error.message, {
      suggestion: 'Load a model, then send the message again.',
      ...(error.details === null ? {} : { details: error.details }),
    });
  }
  return new AppError('no-model', 'No model is loaded, so there is nobody to answer.', {
    suggestion: 'Load a model, then send the message again.',
  });
}

export function answering(): AppError {
  return new AppError('busy', 'The model is writing an answer.', {
    suggestion: 'Stop the answer, or wait for its end.',
  });
}
