import { memo } from 'react';
import { CopyButton } from '../ui/copy-button.tsx';
import styles from './code-block.module.css';

export interface CodeBlockProps {
  /** As the answer names it; empty when it does not. */
  readonly language: string;
  readonly code: string;
}

export const CodeBlock = memo(function CodeBlock({ language, code }: CodeBlockProps) {
  return (
    <div className={styles.block}>
      <div className={styles.head}>
        <span className={styles.language}>{language === '' ? 'code' : language}</span>
        <CopyButton label="Copy code" text={() => code} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide block is scrolled with the keys */}
      <pre className={styles.code} tabIndex={0}>
        <code>{code}</code>
      </pre>
    </div>
  );
});
