import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { modelFromArguments } from '#main/command-line.ts';
import { isOwnUrl } from '#main/origin.ts';
import { placeWindow } from '#main/window-state.ts';

describe('the model of a command line', () => {
  test.each([
    [['.', '--model', 'a.gguf'], 'a.gguf'],
    [['.', '--model=b.gguf'], 'b.gguf'],
    [['--model', 'without-an-ending'], 'without-an-ending'],
    [['--no-sandbox', 'opened.GGUF'], 'opened.GGUF'],
    [['first.gguf', 'second.gguf'], 'second.gguf'],
  ])('is found in %j', (args, expected) => {
    expect(modelFromArguments(args, '/work')).toBe(resolve('/work', expected));
  });

  test.each([[['.']], [['--model']], [['--flag=x.gguf']], [['notes.txt']]])(
    'is not made up from %j',
    args => {
      expect(modelFromArguments(args, '/work')).toBeNull();
    },
  );
});

describe('our own address', () => {
  test.each([
    'app://headroom.evil/',
    'app://headroom@evil/',
    'app://user@headroom/',
    'app://headroom:1/',
    'app://Headroom/',
    'https://headroom/',
    'app:headroom',
    'not a url',
    '',
  ])('is not %s', url => {
    expect(isOwnUrl(url)).toBe(false);
  });

  test('is the page, with whatever path', () => {
    expect(isOwnUrl('app://headroom/')).toBe(true);
    expect(isOwnUrl('app://headroom/index.html?x#y')).toBe(true);
  });
});

describe('the window’s place', () => {
  const screen = { x: 0, y: 0, width: 1920, height: 1080 };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headroom-window-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function placed(state: string) {
    const path = join(folder, 'window.json');
    writeFileSync(path, state);
    return placeWindow(path, [screen]);
  }

  test('is where it was, on a screen that is still there', () => {
    const bounds = { x: 100, y: 50, width: 1000, height: 700 };
    expect(placed(JSON.stringify({ ...bounds, maximized: true }))).toEqual({
      bounds,
      maximized: true,
    });
  });

  test.each([
    ['beside every screen', { x: 5000, y: 50 }],
    ['with its title bar above the screen', { x: 100, y: -400 }],
    ['with its title bar below the screen', { x: 100, y: 1075 }],
  ])('is up to the system when it was %s, so that nobody loses the window', (_where, at) => {
    const state = { ...at, width: 1000, height: 700, maximized: false };
    expect(placed(JSON.stringify(state)).bounds).toEqual({ width: 1000, height: 700 });
  });

  test.each(['', '{', '{"x":1}', '{"x":0,"y":0,"width":1,"height":1,"maximized":false}'])(
    'is the first one when the file holds %j',
    state => {
      expect(placed(state)).toEqual({ bounds: { width: 1280, height: 800 }, maximized: false });
    },
  );
});
