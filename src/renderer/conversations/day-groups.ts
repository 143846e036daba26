export interface DayGroup<Item> {
  readonly label: string;
  readonly items: readonly Item[];
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Cuts a list that is sorted newest first into days and then months, in the given order.
 *
 * @param now Unix time, milliseconds; days begin at this machine's midnight
 */
export function groupByDay<Item extends { readonly updatedAt: number }>(
  items: readonly Item[],
  now: number,
): DayGroup<Item>[] {
  const groups: { label: string; items: Item[] }[] = [];
  for (const item of items) {
    const label = labelOf(item.updatedAt, now);
    const last = groups.at(-1);
    if (last?.label === label) last.items.push(item);
    else groups.push({ label, items: [item] });
  }
  return groups;
}

function labelOf(time: number, now: number): string {
  const today = new Date(now).setHours(0, 0, 0, 0);
  // Rounded: a day with a clock change is 23 or 25 hours long.
  const daysAgo = Math.round((today - new Date(time).setHours(0, 0, 0, 0)) / dayMs);
  if (daysAgo <= 0) return 'Today';
  if (daysAgo === 1) return 'Yesterday';
  if (daysAgo < 7) return 'Last 7 days';
  if (daysAgo < 30) return 'Last 30 days';
  return new Date(time).toLocaleDateString('en-US', { month: 'long', year: 'numeric' });
}
