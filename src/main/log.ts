import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** One line for whoever looks into a bug report. Never text of a conversation. */
export type Log = (line: string) => void;

const largestLogBytes = 512 * 1024;

/** Lines go to stderr and to a file; at launch a file grown too large becomes `<name>.old`. */
export function createLog(path: string): Log {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > largestLogBytes) renameSync(path, `${path}.old`);
  } catch {
    // The file is then missing or large; neither may stop the app.
  }
  return line => {
    const text = `${new Date().toISOString()} ${line}\n`;
    process.stderr.write(`headroom: ${text}`);
    try {
      appendFileSync(path, text);
    } catch {
      // A full disk must not turn a log line into a crash; stderr has it.
    }
  };
}
