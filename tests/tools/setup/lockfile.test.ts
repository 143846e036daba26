import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { repositoryRoot } from '#tools/setup/repository.mjs';

const lockText = readFileSync(path.join(repositoryRoot, 'package-lock.json'), 'utf8');
const { packages } = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        optionalDependencies: z.record(z.string(), z.string()).optional(),
      }),
    ),
  })
  .parse(JSON.parse(lockText));

test('a release whose packages for other systems are not published does not break npm ci', () => {
  const missing = Object.entries(packages).flatMap(([place, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter(name => !placesFor(place, name).some(candidate => candidate in packages))
      .map(name => `${place} ${entry.version} wants ${name}`),
  );
  expect(missing).toEqual([]);
});

test('the lockfile does not tie a person to the registry of whoever wrote it', () => {
  expect(lockText).not.toContain('"resolved"');
});

/** Where Node looks for a package from inside of another, nearest first. */
function placesFor(place: string, name: string): string[] {
  const parts = place === '' ? [] : place.split('/node_modules/');
  return Array.from({ length: parts.length + 1 }, (_, depth) =>
    [...parts.slice(0, parts.length - depth), name]
      .join('/node_modules/')
      .replace(/^(?!node_modules\/)/, 'node_modules/'),
  );
}
