import type { KnipConfig } from 'knip';

export default {
  entry: [
    'src/main/main.ts',
    'src/preload/preload.ts',
    'src/engine/engine.ts',
    'src/engine/measure/memory-scan.ts',
    'src/cli/cli.ts',
    'src/renderer/main.tsx',
    'tools/bench/{fit,forecast,idle,launch,overhead,saved-runs,snapshot,speed,stop,threads,ui}.ts',
    'tools/build/build.ts',
    'tools/check/check.ts',
    'tools/demo-model/{make,card}.ts',
    'tools/demo-model/evaluation/{evaluate,cache-types}.ts',
    'tools/demo-model/export/export.ts',
    'tools/demo-model/training/prepare.ts',
    'tools/models/generate.ts',
    'tools/screenshots/screenshots.ts',
    'tools/setup/tally-reporter.ts',
    'tests/*/fixtures/**/*.ts',
  ],
  // Started by name through tools/setup/package-command.mjs, or by electron-builder itself.
  ignoreDependencies: ['@biomejs/biome', 'electron-builder', '@electron/fuses'],
  ignoreBinaries: ['fc-list', 'taskset'],
  project: ['src/**/*.{ts,tsx}', 'tests/**/*.{ts,tsx}', 'tools/**/*.{ts,mjs}', 'bin/*.js'],
  // The type of a value that a module exports is part of its signature, used by name or not.
  ignoreExportsUsedInFile: { interface: true, type: true },
} satisfies KnipConfig;
