/**
 * What is known about the machine before a shell is chosen.
 * @typedef {{ platform: NodeJS.Platform, hasDisplay: boolean, isRoot: boolean,
 *   electron: string | undefined, failedFetch: { reason: string, minutesAgo: number } | undefined }} Machine
 */

/**
 * Which shell to open, and one plain line on why it is not Electron where a person would expect it.
 * `fetch` says that Electron is wanted and one attempt to fetch it is due.
 *
 * @param {Pick<import('./start-options.mjs').StartOptions,
 *   'browser' | 'fetchElectron' | 'sandbox'>} options
 * @param {Machine} machine
 * @returns {{ shell: 'electron' | 'fetch' | 'browser', because?: string }}
 */
export function chooseShell(options, machine) {
  if (options.browser) {
    return { shell: 'browser' };
  }
  if (!machine.hasDisplay) {
    return { shell: 'browser', because: 'This machine has no display: using the browser shell.' };
  }
  if (machine.platform === 'linux' && machine.isRoot && options.sandbox) {
    return {
      shell: 'browser',
      because:
        'Electron has no sandbox for root: using the browser shell. Start as another user, or accept it with "npm start -- --no-sandbox".',
    };
  }
  if (machine.electron !== undefined) {
    return { shell: 'electron' };
  }
  if (machine.failedFetch !== undefined && !options.fetchElectron) {
    const { reason, minutesAgo } = machine.failedFetch;
    return {
      shell: 'browser',
      because: `Electron is not installed (${minutesAgo} min ago: ${reason}): using the browser shell. Try again with "npm start -- --fetch-electron".`,
    };
  }
  return { shell: 'fetch' };
}

/**
 * Whether a window can be shown at all.
 * @param {NodeJS.Platform} platform
 * @param {NodeJS.ProcessEnv} env
 */
export function hasDisplay(platform, env) {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}
