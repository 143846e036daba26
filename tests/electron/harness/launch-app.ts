import type Electron from 'electron';
import type { Page } from 'playwright-core';
import { findBrowser } from '#tools/setup/browser.mjs';
import { findElectron } from '#tools/setup/electron-binary.mjs';
import { launchInElectron } from './electron-app.ts';
import { launchInHarness } from './harness-app.ts';

export type ElectronModule = typeof Electron;

/** The app running, in the shape of what Playwright's `_electron` gives. */
export interface LaunchedApp extends AsyncDisposable {
  /** Which of the two it is: the real Electron or the harness. */
  readonly kind: 'electron' | 'harness';
  /** What `location.origin` says inside the page; main sees `app://headroom` in both. */
  readonly pageOrigin: string;
  readonly processId: number;
  /** Runs a self-contained function in the main process, with the `electron` module. */
  evaluate<R, A = undefined>(
    run: (electron: ElectronModule, argument: A) => R | Promise<R>,
    argument?: A,
  ): Promise<R>;
  firstWindow(): Promise<Page>;
  /** Resolves with the first line of the app's log, past or future, that matches. */
  logged(pattern: RegExp): Promise<string>;
  /** Resolves when the main process has ended. */
  readonly exited: Promise<number | null>;
  /** Quits as the user does, and waits for the end. */
  close(): Promise<void>;
}

export interface LaunchOptions {
  /** Holds `package.json` and `dist/`. */
  readonly appDirectory: string;
  readonly args?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

let announced = false;

/** In the real Electron wherever its binary is, in the harness otherwise; says once which one. */
export async function launchApp(options: LaunchOptions): Promise<LaunchedApp> {
  const executable = findElectron();
  if (!announced) {
    announced = true;
    process.stdout.write(
      executable === undefined
        ? 'Electron suite: in the harness, on Chromium (no Electron binary here)\n'
        : `Electron suite: in the real Electron, ${executable}\n`,
    );
  }
  if (executable !== undefined) return await launchInElectron(executable, options);
  const browser = findBrowser();
  if (browser === undefined) throw new Error('There is neither an Electron binary nor a browser.');
  return await launchInHarness(browser, options);
}
