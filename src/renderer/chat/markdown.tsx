import { memo } from 'react';
import ReactMarkdown, { type Components, type ExtraProps } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { useStore } from 'zustand';
import type { Segment } from '#shared/chat/conversation.ts';
import { type GrowingText, openFence } from '#shared/chat/growing-text.ts';
import type { MessageStore } from '../state/message-store.ts';
import { CodeBlock } from './code-block.tsx';
import styles from './markdown.module.css';

export interface MarkdownProps {
  readonly store: MessageStore;
  readonly segment: Segment;
}

/** One of a message's two texts, as far as it has come. */
export function Markdown({ store, segment }: MarkdownProps) {
  const text = useStore(store, state => state[segment]);
  if (text.blocks.length === 0 && text.tail === '') return null;
  return (
    <div className={styles.prose} data-segment={segment}>
      <MarkdownBlocks text={text} />
    </div>
  );
}

/** Finished blocks are parsed once; only the growing one is parsed again as it grows. */
export function MarkdownBlocks({ text }: { readonly text: GrowingText }) {
  const growing = text.tail === '' ? [] : [text.tail];
  return (
    <>
      {[...text.blocks, ...growing].map((source, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks never move
        <Block key={index} source={source} growing={index === text.blocks.length} />
      ))}
    </>
  );
}

const remarkPlugins = [remarkGfm];

/** Raw HTML is shown as the text that it is; nothing is ever loaded from the network. */
const components: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ),
  img: ({ src, alt }) => (
    <a href={typeof src === 'string' ? src : undefined} target="_blank" rel="noopener noreferrer">
      Image: {alt === undefined || alt === '' ? 'without description' : alt}
    </a>
  ),
  // The page has a heading of its own; those of an answer come below it.
  h1: ({ children }) => <h3 data-level="1">{children}</h3>,
  h2: ({ children }) => <h4 data-level="2">{children}</h4>,
  h3: ({ children }) => <h5 data-level="3">{children}</h5>,
  h4: ({ children }) => <h6 data-level="4">{children}</h6>,
  h5: ({ children }) => <h6 data-level="4">{children}</h6>,
  table: ({ children }) => (
    <div className={styles.tableFrame}>
      <table>{children}</table>
    </div>
  ),
  pre: ({ node }) => {
    const { language, code } = codeOf(node);
    return <CodeBlock language={language} code={code} />;
  },
};

interface BlockProps {
  readonly source: string;
  readonly growing: boolean;
}

const Block = memo(function Block({ source, growing }: BlockProps) {
  const fence = growing ? openFence(source) : null;
  // Code that is still being written needs no parser, however long it gets.
  if (fence !== null) return <CodeBlock language={fence.language} code={fence.code} />;
  return (
    <ReactMarkdown remarkPlugins={remarkPlugins} components={components}>
      {source}
    </ReactMarkdown>
  );
});

/** The text and the language of a fenced or indented block, out of its syntax tree. */
function codeOf(pre: ExtraProps['node']): { language: string; code: string } {
  const child = pre?.children[0];
  if (child?.type !== 'element') return { language: '', code: '' };
  const names = child.properties.className;
  const named = Array.isArray(names) ? names.map(String) : [];
  const prefix = 'language-';
  const language = named.find(name => name.startsWith(prefix))?.slice(prefix.length) ?? '';
  const code = child.children.map(part => (part.type === 'text' ? part.value : '')).join('');
  return { language, code };
}
