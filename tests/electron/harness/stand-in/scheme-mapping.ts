/**
 * Over the DevTools protocol no scheme can be added to Chromium, so an app's own standard, secure
 * scheme is played by https hosts that cannot exist: `app://headroom/x` is
 * `https://headroom.app.test/x` to Chromium and to the page. All that main sees is mapped back.
 */
const schemes = new Set<string>();

export function mapScheme(scheme: string): void {
  schemes.add(scheme);
}

export function toChromium(text: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(text);
  const [, scheme, host, rest] = match ?? [];
  if (scheme === undefined || !schemes.has(scheme)) return text;
  return `https://${host}.${scheme}.test${rest}`;
}

export function fromChromium(text: string): string {
  const match = /^https:\/\/([^/?#]*)\.([^./?#]+)\.test([/?#].*|)$/.exec(text);
  const [, host, scheme, rest] = match ?? [];
  if (scheme === undefined || !schemes.has(scheme)) return text;
  return `${scheme}://${host}${rest}`;
}
