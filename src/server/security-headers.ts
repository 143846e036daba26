/**
 * What every answer of the server carries, refusals included. The page needs its own files and its
 * own socket and nothing else, so it may not connect anywhere, frame anything or send a form.
 *
 * @param hosts the names and port that the server answers to (`127.0.0.1:8080`)
 */
export function securityHeaders(hosts: readonly string[]): Readonly<Record<string, string>> {
  // Named beside 'self', which in older browsers does not cover the socket's scheme.
  const sockets = hosts.map(host => `ws://${host}`);
  const contentSecurityPolicy = [
    "default-src 'none'",
    "script-src 'self'",
    // Components set style attributes and a few inline style elements; scripts stay strict.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${sockets.join(' ')}`,
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
