#!/usr/bin/env node
// The command line, under whatever Node the person types: it hands over to the Node that the
// set-up brought when this one is too old.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runForeground } from '../tools/setup/command.mjs';
import { repositoryRoot } from '../tools/setup/repository.mjs';
import { isSuitableNode, runtimeBinary } from '../tools/setup/runtime.mjs';

const script = path.join(repositoryRoot, 'dist', 'cli', 'cli.js');
const runtime = runtimeBinary();

if (!existsSync(script)) {
  process.stderr.write('Headroom is not built yet. Run "npm run setup" in its folder first.\n');
  process.exitCode = 1;
} else if (isSuitableNode(process.versions.node)) {
  process.argv[1] = script;
  await import(pathToFileURL(script).href);
} else if (existsSync(runtime)) {
  process.exitCode = await runForeground(runtime, [script, ...process.argv.slice(2)]);
} else {
  process.stderr.write(
    `Headroom needs Node 24 or newer and this is ${process.versions.node}. Run "npm run setup" in its folder: it brings one.\n`,
  );
  process.exitCode = 1;
}
