import { describe, expect, test } from 'vitest';
import { chooseShell, hasDisplay, type Machine } from '#tools/setup/shell-choice.mjs';

const plain = { browser: false, fetchElectron: false, sandbox: true };
const desktop: Machine = {
  platform: 'linux',
  hasDisplay: true,
  isRoot: false,
  electron: '/somewhere/electron',
  failedFetch: undefined,
};
const bare: Machine = { ...desktop, electron: undefined };

describe('which shell npm start opens', () => {
  test('an installed Electron is not passed over', () => {
    expect(chooseShell(plain, desktop)).toEqual({ shell: 'electron' });
  });

  test('--browser is not overruled by an installed Electron', () => {
    expect(chooseShell({ ...plain, browser: true }, desktop)).toEqual({ shell: 'browser' });
  });

  test('Electron is not fetched for a machine that cannot show a window, and the reason is said', () => {
    const choice = chooseShell(plain, { ...bare, hasDisplay: false });
    expect(choice.shell).toBe('browser');
    expect(choice.because).toContain('no display');
  });

  test('the sandbox is never dropped silently for root', () => {
    const choice = chooseShell(plain, { ...desktop, isRoot: true });
    expect(choice.shell).toBe('browser');
    expect(choice.because).toContain('--no-sandbox');
  });

  test('root who accepts the missing sandbox is not refused', () => {
    expect(chooseShell({ ...plain, sandbox: false }, { ...desktop, isRoot: true })).toEqual({
      shell: 'electron',
    });
  });

  test('a missing Electron is not given up without one attempt', () => {
    expect(chooseShell(plain, bare)).toEqual({ shell: 'fetch' });
  });

  test('a start after a failed attempt does not wait for another one, and says how to ask for it', () => {
    const failedFetch = { reason: 'the server did not answer for 8 s', minutesAgo: 3 };
    const choice = chooseShell(plain, { ...bare, failedFetch });
    expect(choice.shell).toBe('browser');
    expect(choice.because).toContain('the server did not answer for 8 s');
    expect(choice.because).toContain('--fetch-electron');
  });

  test('--fetch-electron is not held back by a remembered failure', () => {
    const failedFetch = { reason: 'anything', minutesAgo: 3 };
    expect(chooseShell({ ...plain, fetchElectron: true }, { ...bare, failedFetch })).toEqual({
      shell: 'fetch',
    });
  });

  test('Wayland and macOS are not taken for machines without a display', () => {
    expect(hasDisplay('linux', {})).toBe(false);
    expect(hasDisplay('linux', { DISPLAY: ':0' })).toBe(true);
    expect(hasDisplay('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe(true);
    expect(hasDisplay('darwin', {})).toBe(true);
  });
});
