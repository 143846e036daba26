import { constants } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { type Settings, settingsSchema } from '#shared/contract/settings.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';

export const defaultSettings: Settings = settingsSchema.parse({});

/**
 * Reads the settings. Whatever part of the file cannot be understood falls back to its default, and
 * the file as it was is kept beside it as `<name>.damaged-<n>`. Without a file: the defaults.
 *
 * @throws AppError `storage-failed` when the file is there and cannot be read or copied
 */
export async function readSettings(path: string): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') {
      return defaultSettings;
    }
    throw settingsError(path, 'read', thrown);
  }
  const { settings, damaged } = repairSettings(text);
  if (damaged) {
    await keepAside(path);
    await writeSettings(path, settings);
  }
  return settings;
}

/** @throws AppError `storage-failed` */
export async function writeSettings(path: string, settings: Settings): Promise<void> {
  try {
    const text = `${JSON.stringify(settings, null, 2)}\n`;
    await writeFileAtomic(path, text, { encoding: 'utf8' });
  } catch (thrown) {
    throw settingsError(path, 'written', thrown);
  }
}

/** Takes every entry that is valid by itself; an entry that is missing is no damage. */
export function repairSettings(text: string): { settings: Settings; damaged: boolean } {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { settings: defaultSettings, damaged: true };
  }
  const whole = settingsSchema.safeParse(content);
  if (whole.success) return { settings: whole.data, damaged: false };
  const object = z.record(z.string(), z.unknown()).safeParse(content);
  if (!object.success) return { settings: defaultSettings, damaged: true };
  const valid = Object.entries(settingsSchema.shape).flatMap(([name, schema]) => {
    const value = object.data[name];
    const candidate = name === 'loadOptionsByModel' ? validLoadOptions(value) : value;
    return schema.safeParse(candidate).success ? [[name, candidate]] : [];
  });
  return { settings: settingsSchema.parse(Object.fromEntries(valid)), damaged: true };
}

function validLoadOptions(value: unknown): unknown {
  const models = z.record(z.string(), z.unknown()).safeParse(value);
  if (!models.success) return undefined;
  return Object.fromEntries(
    Object.entries(models.data).filter(
      ([, options]) => loadOptionsSchema.safeParse(options).success,
    ),
  );
}

async function keepAside(path: string): Promise<void> {
  for (let n = 1; ; n++) {
    try {
      await copyFile(path, `${path}.damaged-${n}`, constants.COPYFILE_EXCL);
      return;
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') continue;
      throw settingsError(path, 'copied', thrown);
    }
  }
}

function settingsError(path: string, what: string, thrown: unknown): AppError {
  return new AppError('storage-failed', `The settings file ${path} could not be ${what}.`, {
    suggestion: 'Check that the disk has space and that your user may write to the folder.',
    details: String(thrown),
    cause: thrown,
  });
}
