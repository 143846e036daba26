import type { ConversationSummary } from '#shared/chat/conversation.ts';

/** What is being done with one row of the list; the list has one menu and one dialog for all rows. */
export type RowActivity =
  | {
      readonly kind: 'menu';
      readonly summary: ConversationSummary;
      /** The button that opened it. */
      readonly anchor: HTMLElement;
    }
  | { readonly kind: 'renaming'; readonly summary: ConversationSummary }
  | { readonly kind: 'deleting'; readonly summary: ConversationSummary };
