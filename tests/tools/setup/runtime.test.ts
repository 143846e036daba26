import { describe, expect, test } from 'vitest';
import { isSuitableNode, runtimeBinary, runtimePackage } from '#tools/setup/runtime.mjs';

describe('the Node that everything runs on', () => {
  test.each([
    ['18.20.4', false],
    ['20.20.2', false],
    ['22.13.0', false],
    ['22.18.0', false],
    ['23.11.0', false],
    ['24.0.0', true],
    ['25.2.0', false],
    ['26.1.0', true],
  ])('Node %s is taken for what it is, so that an old one is never used', (version, suitable) => {
    expect(isSuitableNode(version)).toBe(suitable);
  });

  test.each([
    ['linux', 'x64'],
    ['linux', 'arm64'],
    ['win32', 'x64'],
    ['darwin', 'arm64'],
    ['darwin', 'x64'],
  ])('%s %s is not left without a pinned runtime', (platform, arch) => {
    expect(runtimePackage(platform, arch)).toMatchObject({
      version: expect.stringMatching(/^24\.\d+\.\d+$/),
      integrity: expect.stringMatching(/^sha512-[A-Za-z0-9+/]{86}==$/),
    });
  });

  test('a machine that the registry has no Node for is not given the wrong one', () => {
    expect(runtimePackage('linux', 'riscv64')).toBeUndefined();
  });

  test('Windows is not looked through for a binary without its extension', () => {
    expect(runtimeBinary('win32')).toMatch(/node\.exe$/);
    expect(runtimeBinary('linux')).toMatch(/node$/);
  });
});
