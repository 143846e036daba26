import { useState } from 'react';
import type { Message } from '#shared/chat/conversation.ts';
import { focusComposer } from '../composer/composer-focus.ts';
import { usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';

type MoveName = 'chat.regenerate' | 'chat.continue' | 'chat.deleteTurn' | 'chat.selectBranch';

export interface Mover {
  /** Whether the host has not answered yet. */
  readonly busy: boolean;
  /** @param focusNext called when the focus has gone with its button; left out: the message box gets it */
  make(
    name: MoveName,
    message: Pick<Message, 'conversationId' | 'id'>,
    focusNext?: () => void,
  ): void;
}

/** For what changes the branch that is shown; a failure goes to the notices. */
export function useMove(): Mover {
  const { connection, view } = usePage();
  const [busy, setBusy] = useState(false);
  return {
    busy,
    make(name, { conversationId, id: messageId }, focusNext = focusComposer) {
      setBusy(true);
      view.setState({ notice: null });
      connection
        .call(name, { conversationId, messageId })
        .catch(noteFailure(view))
        .finally(() => {
          setBusy(false);
          // The page shows the change already. Who has moved on meanwhile stays there.
          if (document.activeElement === document.body) focusNext();
        });
    },
  };
}
