import { useBuiltInModel } from '../app/built-in-model.ts';
import { usePage } from '../state/page-context.tsx';
import styles from './built-in-note.module.css';

/** What may be expected of the answers while nobody has opened a model yet. */
export function BuiltInNote() {
  const { view } = usePage();
  if (useBuiltInModel() === null) return null;
  return (
    <p className={styles.note}>
      The tiny built-in model knows only the KV cache and this app, and makes mistakes.{' '}
      <button
        type="button"
        className={styles.link}
        onClick={() => view.setState({ loadPanelOpen: true })}
      >
        Open a model of your own
      </button>
    </p>
  );
}
