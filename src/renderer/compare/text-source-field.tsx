import { FileText } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { ConversationSummary } from '#shared/chat/conversation.ts';
import { longestText, type TextSource } from '#shared/compare/fidelity.ts';
import { usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { Select, type SelectOption } from '../ui/select.tsx';
import styles from './text-source-field.module.css';

export interface TextSourceFieldProps {
  readonly source: TextSource;
  onChange(source: TextSource): void;
}

const builtIn = 'built-in';
const file = 'file';

/** What is read: a text of ours, a file of the user's, or one of their chats. */
export function TextSourceField({ source, onChange }: TextSourceFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const chats = useChats();
  const value = source.kind === 'conversation' ? source.conversationId : source.kind;
  const options: SelectOption<string>[] = [
    { value: builtIn, label: 'A story of ours', description: 'The same for everybody' },
    {
      value: file,
      label: source.kind === 'given' ? source.name : 'A text file…',
      description: 'A text like those that you work with',
    },
    ...chats.map(({ id, title }) => ({ value: id, label: title, description: 'A chat of yours' })),
  ];

  const choose = (next: string) => {
    setProblem(null);
    if (next === file) input.current?.click();
    else if (next === builtIn) onChange({ kind: 'built-in' });
    else onChange({ kind: 'conversation', conversationId: next });
  };
  const take = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    setProblem(null);
    try {
      const text = (await chosen.text()).slice(0, longestText);
      if (text.trim() === '') setProblem(`${chosen.name} has no text in it. Choose another file.`);
      else onChange({ kind: 'given', name: chosen.name, text });
    } catch {
      setProblem(`${chosen.name} cannot be read. Choose another file.`);
    }
  };

  return (
    <div className={styles.source}>
      <Select
        label="Text"
        value={source.kind === 'given' ? file : value}
        onValueChange={choose}
        options={options}
        error={problem}
      />
      {source.kind === 'given' && (
        <Button size="small" icon={<FileText />} onClick={() => input.current?.click()}>
          Another file
        </Button>
      )}
      <input
        ref={input}
        type="file"
        accept="text/*,.md,.txt,.json,.csv,.log"
        className={styles.file}
        tabIndex={-1}
        aria-hidden="true"
        onChange={event => {
          void take(event.currentTarget.files?.[0]);
          // The same file may be chosen again, after it has been changed.
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}

/** All chats, whatever the list at the side is filtered by. */
function useChats(): readonly ConversationSummary[] {
  const { connection } = usePage();
  const isConnected = useStore(connection.status, ({ phase }) => phase === 'open');
  const [chats, setChats] = useState<readonly ConversationSummary[]>([]);
  useEffect(() => {
    if (!isConnected) return;
    let current = true;
    connection.call('conversations.list', { query: '' }).then(
      summaries => {
        if (current) setChats(summaries.slice(0, offeredChats));
      },
      // The connection banner says it already.
      () => {},
    );
    return () => {
      current = false;
    };
  }, [connection, isConnected]);
  return chats;
}

/** A list of thousands is no choice. */
const offeredChats = 50;
