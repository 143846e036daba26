// Builds the application into dist/: five bundles, each with its own rules about what it may
// still import at run time. Everything that is not listed as external is bundled, so that
// node-llama-cpp is the only package that ships as one.
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import react from '@vitejs/plugin-react';
import { build, type InlineConfig, type Rolldown } from 'vite';
import { buildHash, stampBuild } from '../setup/application.mjs';
import { type AllowedImports, describeForeignImports } from './bundle-imports.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

/**
 * Packages that no Node bundle may swallow: the shell itself, the one with native files, and two
 * native accelerators that `ws` tries to load and does without.
 */
const NEVER_BUNDLED = ['electron', 'node-llama-cpp', 'bufferutil', 'utf-8-validate'];

interface Bundle {
  readonly name: string;
  /** What the finished bundle may still import, beside files of its own. */
  readonly allowed: AllowedImports;
  readonly config: InlineConfig;
}

const shared: InlineConfig = {
  root,
  configFile: false,
  logLevel: 'error',
  publicDir: false,
};

/** @param threads files beside the bundle that it starts as threads of its own, by name */
function nodeBundle(
  name: string,
  entry: string,
  packages: readonly string[],
  threads: Readonly<Record<string, string>> = {},
): Bundle {
  const inputs = Object.entries({ [name]: entry, ...threads });
  return {
    name,
    allowed: { node: true, packages: [...packages, 'bufferutil', 'utf-8-validate'] },
    config: {
      ...shared,
      ssr: { noExternal: true, target: 'node' },
      // CommonJS packages keep theirs when they end up in an ES module.
      define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
      build: {
        ssr: true,
        target: 'node24',
        outDir: path.join(root, 'dist', name),
        emptyOutDir: true,
        sourcemap: true,
        minify: false,
        rolldownOptions: {
          input: Object.fromEntries(inputs.map(([input, file]) => [input, path.join(root, file)])),
          external: [/^node:/, ...NEVER_BUNDLED],
          output: {
            format: 'esm',
            entryFileNames: '[name].js',
            chunkFileNames: 'chunks/[name]-[hash].js',
          },
        },
      },
    },
  };
}

const bundles: readonly Bundle[] = [
  nodeBundle('main', 'src/main/main.ts', ['electron']),
  nodeBundle('engine', 'src/engine/engine.ts', ['node-llama-cpp'], {
    'memory-scan': 'src/engine/measure/memory-scan.ts',
  }),
  nodeBundle('cli', 'src/cli/cli.ts', []),
  {
    name: 'preload',
    allowed: { node: false, packages: ['electron'] },
    config: {
      ...shared,
      build: {
        // A sandboxed preload is one CommonJS file: it can load nothing but electron.
        lib: {
          entry: path.join(root, 'src/preload/preload.ts'),
          formats: ['cjs'],
          fileName: () => 'preload.cjs',
        },
        target: 'chrome148',
        outDir: path.join(root, 'dist', 'preload'),
        emptyOutDir: true,
        sourcemap: true,
        minify: false,
        rolldownOptions: { external: ['electron'] },
      },
    },
  },
  {
    name: 'renderer',
    allowed: { node: false, packages: [] },
    config: {
      ...shared,
      root: path.join(root, 'src/renderer'),
      base: './',
      plugins: [react()],
      // The same page runs in Electron's Chromium and in whatever browser the person has.
      build: {
        target: 'baseline-widely-available',
        outDir: path.join(root, 'dist', 'renderer'),
        emptyOutDir: true,
        sourcemap: true,
        assetsInlineLimit: 0,
        chunkSizeWarningLimit: 2_000,
      },
    },
  },
];

/** Builds one bundle; answers the sentences about imports that must not be there. */
async function buildBundle(bundle: Bundle): Promise<string[]> {
  const built = await build(bundle.config);
  const outputs = (Array.isArray(built) ? built : [built]).filter(
    (output): output is Rolldown.RolldownOutput => 'output' in output,
  );
  const chunks = outputs.flatMap(output => output.output).filter(output => output.type === 'chunk');
  return describeForeignImports(bundle.name, chunks, bundle.allowed);
}

/** A bundler's error draws in colour whether or not a terminal reads it. */
function plainMessage(error: unknown): string {
  return stripVTControlCharacters(error instanceof Error ? error.message : String(error)).trim();
}

async function main(): Promise<void> {
  const started = performance.now();
  const hash = await buildHash();
  const results = await Promise.allSettled(bundles.map(buildBundle));
  const complaints = results.flatMap(result =>
    result.status === 'fulfilled' ? result.value : [plainMessage(result.reason)],
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (complaints.length > 0) {
    throw new Error(complaints.join('\n'));
  }
  await stampBuild(hash);
  console.log(`build: ${bundles.map(bundle => bundle.name).join(', ')} in ${seconds} s`);
}

try {
  await main();
} catch (error) {
  console.error(plainMessage(error));
  process.exitCode = 1;
}
