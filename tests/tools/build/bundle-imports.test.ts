import { expect, test } from 'vitest';
import { type ChunkImports, describeForeignImports } from '#tools/build/bundle-imports.ts';

const chunk: ChunkImports = {
  fileName: 'main.js',
  imports: [],
  dynamicImports: [],
  moduleIds: [],
};

test('a bundle of allowed imports and own chunks is not complained about', () => {
  const chunks = [
    { ...chunk, imports: ['node:fs', 'path', 'electron'], dynamicImports: ['chunks/a.js'] },
    { ...chunk, fileName: 'chunks/a.js' },
  ];
  expect(describeForeignImports('main', chunks, { node: true, packages: ['electron'] })).toEqual(
    [],
  );
});

test('the native package does not slip into the main bundle, not even lazily', () => {
  const chunks = [{ ...chunk, dynamicImports: ['node-llama-cpp'] }];
  expect(describeForeignImports('main', chunks, { node: true, packages: ['electron'] })).toEqual([
    'dist/main/main.js must not import "node-llama-cpp".',
  ]);
});

test('a Node module does not slip into the page behind a stand-in', () => {
  const chunks = [{ ...chunk, fileName: 'a.js', moduleIds: ['__vite-browser-external:node:fs'] }];
  expect(describeForeignImports('renderer', chunks, { node: false, packages: [] })).toHaveLength(1);
});
