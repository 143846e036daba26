import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Message, Segment } from '#shared/chat/conversation.ts';
import {
  emptyText,
  finishedText,
  type GrowingText,
  growText,
  wholeText,
} from '#shared/chat/growing-text.ts';

export interface MessageState {
  /** As the host sent it last. While it runs, its texts are older than the two below. */
  readonly message: Message;
  readonly answer: GrowingText;
  readonly reasoning: GrowingText;
}

/** One store per message: of a streaming conversation, only the growing message renders again. */
export type MessageStore = StoreApi<MessageState>;

export function createMessageStore(message: Message): MessageStore {
  return createStore<MessageState>(() => textsOf(message));
}

/** The host's word on a message replaces what deltas have built. */
export function replaceMessage(store: MessageStore, message: Message): void {
  const before = store.getState().message;
  // Every other message of a conversation comes again with each change of branch: what is shown of a
  // long one is not taken apart anew.
  if (isEnded(before) && isEnded(message) && sameTexts(before, message)) {
    store.setState({ message });
  } else {
    store.setState(textsOf(message), true);
  }
}

export function appendToMessage(store: MessageStore, segment: Segment, text: string): void {
  store.setState(state =>
    segment === 'answer'
      ? { answer: growText(state.answer, text) }
      : { reasoning: growText(state.reasoning, text) },
  );
}

export function messageText(state: MessageState): string {
  return wholeText(state.answer);
}

function isEnded(message: Message): boolean {
  return message.status !== 'running';
}

function sameTexts(one: Message, other: Message): boolean {
  return one.text === other.text && one.reasoning === other.reasoning;
}

function textsOf(message: Message): MessageState {
  const split = isEnded(message) ? finishedText : growing;
  return { message, answer: split(message.text), reasoning: split(message.reasoning) };
}

function growing(text: string): GrowingText {
  return growText(emptyText, text);
}
