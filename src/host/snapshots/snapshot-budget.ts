/** A snapshot as far as its place on the disk goes. */
export interface Evictable {
  readonly conversationId: string;
  readonly bytes: number;
}

/** More are not kept, however small they are. */
export const mostSnapshots = 200;

/**
 * The chats whose snapshots have to go so that the others stay within the budget.
 *
 * @param kept the one that was used longest ago first
 * @param spared stays, whatever it takes; null: none
 */
export function toEvict(
  kept: readonly Evictable[],
  budgetBytes: number,
  spared: string | null,
): readonly string[] {
  let bytes = kept.reduce((sum, snapshot) => sum + snapshot.bytes, 0);
  let count = kept.length;
  const evicted: string[] = [];
  for (const { conversationId, bytes: own } of kept) {
    if (bytes <= budgetBytes && count <= mostSnapshots) break;
    if (conversationId === spared) continue;
    evicted.push(conversationId);
    bytes -= own;
    count--;
  }
  return evicted;
}
