import { describe, expect, test } from 'vitest';
import { findBrowser } from '#tools/setup/browser.mjs';

describe('the browser that tests use', () => {
  test('the named one is not passed over for an installed one', () => {
    const env = { HEADROOM_BROWSER: '/opt/mine', PATH: '/usr/bin' };
    expect(findBrowser({ env, platform: 'linux', exists: () => true })).toBe('/opt/mine');
  });

  test('a named one that does not exist is not replaced by another', () => {
    const env = { HEADROOM_BROWSER: '/opt/mine', PATH: '/usr/bin' };
    expect(
      findBrowser({ env, platform: 'linux', exists: file => file !== '/opt/mine' }),
    ).toBeUndefined();
  });

  test.each([
    ['linux', { PATH: '/bin:/opt/b' }, '/opt/b/google-chrome'],
    ['darwin', {}, '/Applications/Chromium.app/Contents/MacOS/Chromium'],
    [
      'win32',
      { PROGRAMFILES: 'C:\\Program Files' },
      'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe',
    ],
  ] as const)('on %s an installed browser is not missed', (platform, env, place) => {
    expect(findBrowser({ env, platform, exists: file => file === place })).toBe(place);
  });
});
