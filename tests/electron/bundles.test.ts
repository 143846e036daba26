import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const dist = join(import.meta.dirname, '..', '..', 'dist');
const read = (...path: string[]) => readFileSync(join(dist, ...path), 'utf8');

/** Every specifier that the bundle still imports or requires. */
function importsOf(source: string): string[] {
  const statements = source.matchAll(/^\s*(?:import|export)\b[^'"\n]*?['"]([^'"\n]+)['"]/gm);
  const calls = source.matchAll(/\b(?:import|require)\(\s*['"]([^'"\n]+)['"]/g);
  return [...statements, ...calls].flatMap(([, specifier]) => specifier ?? []);
}

test('the main bundle needs nothing but Electron and Node, and never llama.cpp in its process', () => {
  const foreign = importsOf(read('main', 'main.js')).filter(
    specifier => specifier !== 'electron' && !isBuiltin(specifier),
  );
  expect(foreign).toEqual([]);
  expect(read('main', 'main.js')).toContain('from "electron"');
});

test('the main bundle is one file, from which it finds the other bundles', () => {
  expect(readdirSync(join(dist, 'main')).filter(name => !name.endsWith('.map'))).toEqual([
    'main.js',
  ]);
  expect(read('main', 'main.js')).toContain('import.meta.dirname');
});

test('the preload is one CommonJS file that requires electron alone, as the sandbox demands', () => {
  expect(readdirSync(join(dist, 'preload')).filter(name => !name.endsWith('.map'))).toEqual([
    'preload.cjs',
  ]);
  const source = read('preload', 'preload.cjs');
  expect(importsOf(source)).toEqual(['electron']);
  expect(source).not.toMatch(/^\s*(import|export)\b/m);
});

test('the app’s page has no inline script, which its own policy would stop', () => {
  const scripts = read('renderer', 'index.html').matchAll(/<script\b([^>]*)>([^<]*)/g);
  for (const [, attributes, body] of scripts) {
    expect(attributes).toContain('src=');
    expect(body?.trim()).toBe('');
  }
});
