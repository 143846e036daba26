import type { Message } from '#shared/chat/conversation.ts';
import type { FidelityResult, TextSource } from '#shared/compare/fidelity.ts';
import { sampleText } from '#shared/compare/sample-text.ts';
import { AppError } from '#shared/errors/app-error.ts';

/** The text that fidelity is measured over. */
export interface ComparisonText extends Pick<FidelityResult['text'], 'kind' | 'name'> {
  readonly content: string;
}

/** What is read of a chat. */
export interface ComparedConversation {
  readonly title: string;
  readonly messages: readonly Pick<Message, 'text'>[];
}

/** @throws AppError `invalid-input` for a conversation without a word; what `conversation` throws */
export function comparisonText(
  source: TextSource,
  conversation: (id: string) => ComparedConversation,
): ComparisonText {
  if (source.kind === 'built-in') return { kind: source.kind, name: '', content: sampleText };
  if (source.kind === 'given') {
    return { kind: source.kind, name: source.name, content: source.text };
  }
  const { title, messages } = conversation(source.conversationId);
  const content = messages
    .map(({ text }) => text)
    .filter(text => text.trim() !== '')
    .join('\n\n');
  if (content === '') {
    throw new AppError('invalid-input', `The chat "${title}" is empty.`, {
      suggestion: 'Choose a chat with some messages, or another text.',
    });
  }
  return { kind: source.kind, name: title, content };
}
