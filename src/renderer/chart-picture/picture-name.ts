/** @example headroom-cache-fill-2026-11-25-2238.png */
export function pictureFileName(title: string, date: Date, extension: string): string {
  const subject = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const time = clock(date).replace(':', '');
  return `headroom-${subject}-${day(date)}-${time}.${extension}`;
}

/** What stands below a picture, in local time. */
export function dateText(date: Date): string {
  return `Headroom, ${day(date)} ${clock(date)}`;
}

function day(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join('-');
}

function clock(date: Date): string {
  return [date.getHours(), date.getMinutes()].map(twoDigits).join(':');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
