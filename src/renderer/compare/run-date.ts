const clock = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** For instance 26 Nov 2026, 14:05. */
export function dateText(at: number): string {
  return clock.format(at);
}
