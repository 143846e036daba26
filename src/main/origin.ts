/** The page's own scheme: a real origin with containment, where `file://` would be the whole disk. */
export const appScheme = 'app';
const appHost = 'headroom';
export const appOrigin = `${appScheme}://${appHost}`;
export const pageUrl = `${appOrigin}/`;

/** Whether a URL is Headroom's own page or something beside it. `URL.origin` is "null" for own schemes. */
export function isOwnUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    url.protocol === `${appScheme}:` &&
    url.host === appHost &&
    url.username === '' &&
    url.password === ''
  );
}
