import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#shared/errors/app-error.ts';

/** Where the parts of this copy of Headroom lie. */
export interface Installation {
  readonly version: string;
  readonly enginePath: string;
  readonly rendererDirectory: string;
  /** Null when the model that ships with the app is missing. */
  readonly builtInModelPath: string | null;
}

const builtInModelFile = 'demo-model.gguf';

/** @throws AppError `not-found` when the app is not built */
export function findInstallation(): Installation {
  const root = findRoot();
  const enginePath = join(root, 'dist', 'engine', 'engine.js');
  if (!existsSync(enginePath)) {
    throw new AppError(
      'not-found',
      `The engine of Headroom is not built: there is no ${enginePath}.`,
      {
        suggestion: 'Run "npm run build" in the folder of Headroom first.',
      },
    );
  }
  const modelFolders = [...packagedModels(), join(root, 'resources')];
  return {
    version: readVersion(root),
    enginePath,
    rendererDirectory: join(root, 'dist', 'renderer'),
    builtInModelPath:
      modelFolders.map(folder => join(folder, builtInModelFile)).find(existsSync) ?? null,
  };
}

/** The nearest folder above with a package.json: this file may have ended up in any chunk of dist/. */
function findRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new AppError('not-found', 'Headroom’s own folder was not found.');
    folder = parent;
  }
  return folder;
}

function readVersion(root: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}

/** Electron run as Node knows where the app's large files were packed; Node does not. */
function packagedModels(): string[] {
  return 'resourcesPath' in process && typeof process.resourcesPath === 'string'
    ? [join(process.resourcesPath, 'models')]
    : [];
}
