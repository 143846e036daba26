import { Fragment, memo } from 'react';
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

/** Finished blocks are parsed once; only the end of the growing one is parsed again as it grows. */
export function MarkdownBlocks({ text }: { readonly text: GrowingText }) {
  return (
    <>
      {text.blocks.map((source, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks never move
        <Block key={index} source={source} />
      ))}
      {text.settled.length > 0 ? (
        <GrowingParagraph settled={text.settled} tail={text.tail} />
      ) : (
        text.tail !== '' && <GrowingBlock source={text.tail} />
      )}
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

interface SourceProps {
  readonly source: string;
}

const Block = memo(function Block({ source }: SourceProps) {
  return (
    <ReactMarkdown remarkPlugins={remarkPlugins} components={components}>
      {source}
    </ReactMarkdown>
  );
});

function GrowingBlock({ source }: SourceProps) {
  const fence = openFence(source);
  // Code that is still being written needs no parser, however long it gets.
  if (fence !== null) return <CodeBlock language={fence.language} code={fence.code} />;
  return <Block source={source} />;
}

function GrowingParagraph({ settled, tail }: Pick<GrowingText, 'settled' | 'tail'>) {
  return (
    <p>
      {settled.map((source, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces never move
        <Fragment key={index}>
          {/* The parser drops the space that a piece ends with. */}
          <Piece source={source} />{' '}
        </Fragment>
      ))}
      <Piece source={tail} />
    </p>
  );
}

const pieceComponents: Components = { ...components, p: ({ children }) => children };

/** Part of a paragraph. */
const Piece = memo(function Piece({ source }: SourceProps) {
  return (
    <ReactMarkdown remarkPlugins={remarkPlugins} components={pieceComponents}>
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
