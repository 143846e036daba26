import type { Message } from './conversation.ts';

/** All messages of a conversation, whether the branch that they are on is shown or not. */
export interface MessageTree {
  /** Oldest first; none comes before its parent. */
  readonly messages: readonly Message[];
  /**
   * By message id: which one was shown later. A child's is higher than its parent's, so that the
   * highest below a message always belongs to the end of a branch.
   */
  readonly shownOrder: ReadonlyMap<string, number>;
}

/** What is shown: from the first message to the end of the branch, oldest first. */
export function shownPath(tree: MessageTree): Message[] {
  const byId = new Map(tree.messages.map(message => [message.id, message]));
  const path: Message[] = [];
  let next = lastShownEnd(tree, null);
  while (next !== null) {
    const message = byId.get(next);
    if (message === undefined) break;
    path.unshift(message);
    next = message.parentId;
  }
  return path;
}

/**
 * Of the branches through a message, the end of the one that was shown last; the message itself where
 * nothing follows it.
 *
 * @param messageId null: of all branches, which is null for a conversation without messages
 */
export function lastShownEnd(
  { messages, shownOrder }: MessageTree,
  messageId: string | null,
): string | null {
  const below = new Set([messageId]);
  let end = messageId;
  let highest = -Infinity;
  for (const { id, parentId } of messages) {
    if (id !== messageId && !below.has(parentId)) continue;
    below.add(id);
    const order = shownOrder.get(id) ?? 0;
    if (order < highest) continue;
    highest = order;
    end = id;
  }
  return end;
}

/** The versions of each message of a path that has more than one, oldest first, by message id. */
export function branchesAlong(
  tree: MessageTree,
  path: readonly Message[],
): Record<string, string[]> {
  const children = Map.groupBy(tree.messages, ({ parentId }) => parentId);
  return Object.fromEntries(
    path.flatMap(({ id, parentId }) => {
      const versions = children.get(parentId) ?? [];
      return versions.length < 2 ? [] : [[id, versions.map(version => version.id)]];
    }),
  );
}

/** What is left without a user's message and its answers: what follows them follows what came before. */
export function withoutTurn(
  { messages, shownOrder }: MessageTree,
  { id: questionId, parentId }: Message,
): MessageTree {
  const gone = new Set(
    messages
      .filter(message => message.id === questionId || message.parentId === questionId)
      .map(({ id }) => id),
  );
  return {
    messages: messages
      .filter(({ id }) => !gone.has(id))
      .map(message =>
        message.parentId !== null && gone.has(message.parentId)
          ? { ...message, parentId }
          : message,
      ),
    shownOrder: new Map([...shownOrder].filter(([id]) => !gone.has(id))),
  };
}
