/**
 * What every answer that carries the page's files is sent with, in either shell, refusals included. The
 * page needs its own files and its port and nothing else, so it may not connect anywhere, frame
 * anything or send a form.
 *
 * @param sockets addresses that the page may connect to beside its own origin (`ws://127.0.0.1:8080`);
 *   named because 'self' does not cover a socket's scheme in older browsers
 */
export function pageHeaders(sockets: readonly string[]): Readonly<Record<string, string>> {
  const contentSecurityPolicy = [
    "default-src 'none'",
    "script-src 'self'",
    // Components set style attributes and a few inline style elements; scripts stay strict.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    ["connect-src 'self'", ...sockets].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return {
    'Content-Security-Policy': contentSecurityPolicy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}
