/**
 * The page needs its own files and nothing else. Everything that it shows or stores goes through its
 * port, so it may not connect anywhere, frame anything or send a form.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // Components set style attributes and a few inline style elements; scripts stay strict.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Sent with every answer of the app's protocol, refusals included. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // The files change with the app's version; a stale page must never meet a newer main process.
  'Cache-Control': 'no-cache',
};
