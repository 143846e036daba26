// npm run check: everything that a machine can check in seconds, side by side, one line each.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { packageCommand } from '../setup/package-command.mjs';
import { findViolations } from './import-rules.ts';
import { readModules } from './module-graph.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

interface Verdict {
  readonly passed: boolean;
  /** Shown when it did not pass. */
  readonly output: string;
}

const checks: Readonly<Record<string, () => Promise<Verdict>>> = {
  'format and lint (biome)': () => runTool('biome', ['check', '--max-diagnostics=50']),
  'import rules': checkImportRules,
  'types (tsc)': () => runTool('tsc', ['-b']),
  'unused code (knip)': () => runTool('knip', []),
  'unit tests (vitest)': () =>
    runTool('vitest', ['run', '--project', 'unit', '--reporter', 'dot', '--passWithNoTests']),
};

async function checkImportRules(): Promise<Verdict> {
  const violations = findViolations(await readModules(root, 'src'));
  return { passed: violations.length === 0, output: violations.join('\n') };
}

function runTool(command: string, args: readonly string[]): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [packageCommand(command), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (text: string): void => {
      output += text;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', reject);
    child.once('close', code => resolve({ passed: code === 0, output }));
  });
}

const started = performance.now();
const passed = await Promise.all(
  Object.entries(checks).map(async ([name, check]) => {
    const begun = performance.now();
    const verdict = await check();
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`${verdict.passed ? 'passed' : 'FAILED'}  ${name}, ${seconds} s`);
    if (!verdict.passed) {
      console.log(verdict.output.trimEnd());
    }
    return verdict.passed;
  }),
);
const failures = passed.filter(result => !result).length;
console.log(
  `check: ${failures === 0 ? 'everything passed' : `${failures} of ${passed.length} failed`} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
);
process.exitCode = failures === 0 ? 0 : 1;
