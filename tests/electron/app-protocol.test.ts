import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAppProtocol } from '#main/app-protocol.ts';

let folder: string;
let serve: (request: Request) => Promise<Response>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-protocol-'));
  const site = join(folder, 'site');
  mkdirSync(join(site, 'assets.js'), { recursive: true });
  mkdirSync(join(folder, 'site-secret'));
  writeFileSync(join(site, 'index.html'), '<p>page</p>');
  writeFileSync(join(site, 'with space.css'), 'p {}');
  writeFileSync(join(site, 'model.gguf'), 'GGUF');
  writeFileSync(join(folder, 'secret.json'), '{}');
  writeFileSync(join(folder, 'site-secret', 'secret.json'), '{}');
  serve = createAppProtocol(site);
});
afterAll(() => rmSync(folder, { recursive: true }));

const get = (url: string, init?: RequestInit) => serve(new Request(url, init));

describe('a file of the page', () => {
  test('comes with its own type, the root as index.html', async () => {
    const page = await get('app://headroom/');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await page.text()).toBe('<p>page</p>');
    const style = await get('app://headroom/with%20space.css?v=1');
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
  });

  test('has no body for HEAD', async () => {
    const head = await get('app://headroom/index.html', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('is refused to anything but a read, with the policy all the same', async () => {
    const answer = await get('app://headroom/index.html', { method: 'POST', body: 'x' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

describe('nothing leaves the folder', () => {
  test.each([
    ['dots that the URL parser leaves alone', 'app://headroom/..%2fsecret.json'],
    ['dots behind a folder', 'app://headroom/assets.js/..%2f..%2fsecret.json'],
    ['a neighbour whose name begins alike', 'app://headroom/..%2fsite-secret%2fsecret.json'],
    ['a backslash', 'app://headroom/..%5csecret.json'],
    ['a null byte', 'app://headroom/index.html%00.json'],
    ['a broken escape', 'app://headroom/%E0%A4%A.json'],
    ['a folder with a file’s ending', 'app://headroom/assets.js'],
    ['a kind of file that the page never has', 'app://headroom/model.gguf'],
    ['another host', 'app://elsewhere/index.html'],
    ['a port', 'app://headroom:81/index.html'],
  ])('by %s', async (_way, url) => {
    const answer = await get(url);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.text()).toBe('');
  });

  test.skipIf(process.platform === 'win32')('by a link inside it that leads out', async () => {
    symlinkSync(join(folder, 'secret.json'), join(folder, 'site', 'link.json'));
    expect((await get('app://headroom/link.json')).status).toBe(403);
  });
});
