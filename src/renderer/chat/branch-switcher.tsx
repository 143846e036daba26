import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Message } from '#shared/chat/conversation.ts';
import { useChat } from '../state/page-context.tsx';
import styles from './branch-switcher.module.css';
import { MoveButton } from './move-button.tsx';
import { useMove } from './use-move.ts';

export interface BranchSwitcherProps {
  readonly message: Message;
}

/** Which version of a message is shown, and the way to the others; nothing where it is the only one. */
export function BranchSwitcher({ message }: BranchSwitcherProps) {
  const versions = useChat(state => state.branches[message.id]);
  const running = useChat(state => state.running !== null);
  const { make } = useMove();
  if (versions === undefined) return null;
  const place = versions.indexOf(message.id);
  const noun = message.role === 'user' ? 'message' : 'answer';

  const button = (side: Side, icon: ReactNode) => {
    const step = side === 'previous' ? -1 : 1;
    const target = versions[place + step];
    const canGoOn = versions[place + 2 * step] !== undefined;
    return (
      <MoveButton
        id={buttonId(side, message.id)}
        label={`${side === 'previous' ? 'Previous' : 'Next'} version of this ${noun}`}
        icon={icon}
        move={target === undefined ? null : { kind: 'select-branch', messageId: target }}
        disabled={target === undefined || running}
        onClick={() => {
          if (target === undefined) return;
          // The other version has a switcher of its own, in the place of this one.
          const next = buttonId(canGoOn ? side : otherSide[side], target);
          make('chat.selectBranch', { ...message, id: target }, () => {
            document.getElementById(next)?.focus();
          });
        }}
      />
    );
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in
    <div
      className={styles.switcher}
      role="group"
      aria-label={`Version ${place + 1} of ${versions.length} of this ${noun}`}
    >
      {button('previous', <ChevronLeft />)}
      <span className={styles.place}>
        {place + 1} / {versions.length}
      </span>
      {button('next', <ChevronRight />)}
    </div>
  );
}

type Side = 'previous' | 'next';
const otherSide = { previous: 'next', next: 'previous' } as const;

function buttonId(side: Side, messageId: string): string {
  return `${side}-version-${messageId}`;
}
