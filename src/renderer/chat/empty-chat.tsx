import { builtInSuggestions } from '#shared/chat/suggestions.ts';
import { useBuiltInModel } from '../app/built-in-model.ts';
import { describeLoadProgress, modelFacts } from '../app/model-facts.ts';
import { focusComposer } from '../composer/composer-focus.ts';
import { useApp, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { ProgressBar } from '../ui/progress-bar.tsx';
import styles from './empty-chat.module.css';

/** For a model of which nothing is known. */
const anyModelSuggestions = [
  'Explain in three sentences what a KV cache is.',
  'Write a short story about a lighthouse keeper and her radio.',
  'Compare tea and coffee in a table with four rows.',
];

export function EmptyChat() {
  const { connection, view } = usePage();
  const model = useApp(state => state.model);
  return (
    <div className={styles.place}>
      <div className={styles.content}>
        <h2 className={styles.title}>What the cache holds, what it costs</h2>
        <p className={styles.lead}>
          Headroom runs language models on your own machine and shows, while you chat, what their KV
          cache costs: memory, time to first token, tokens per second.
        </p>
        {model?.phase === 'loaded' && (
          <>
            <p className={styles.model}>
              <strong>{model.report.planned.model.name}</strong> is loaded and ready (
              {modelFacts(model.report)
                .map(fact => fact.text)
                .join(' · ')}
              ).
            </p>
            <Suggestions />
          </>
        )}
        {model?.phase === 'loading' && (
          <div className={styles.load}>
            <div className={styles.progress}>
              <p>{describeLoadProgress(model.progress)}</p>
              <ProgressBar label="Loading the model" value={model.progress.fraction} />
            </div>
            <Button
              size="small"
              onClick={() => {
                connection.call('model.cancelLoad', {}).catch(noteFailure(view));
              }}
            >
              Cancel loading
            </Button>
          </div>
        )}
        {model?.phase === 'none' && (
          <div className={styles.load}>
            <p>
              No model is loaded. Choose a GGUF file from this machine; before anything is loaded
              you see how much memory it will take.
            </p>
            <Button variant="primary" onClick={() => view.setState({ loadPanelOpen: true })}>
              Choose a model
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

function Suggestions() {
  const { drafts, chat } = usePage();
  const suggestions = useBuiltInModel() === null ? anyModelSuggestions : builtInSuggestions;
  return (
    <ul className={styles.suggestions} aria-label="Suggested first messages">
      {suggestions.map(text => (
        <li key={text}>
          <button
            type="button"
            className={styles.suggestion}
            onClick={() => {
              drafts.write(chat.store.getState().conversationId, text);
              focusComposer();
            }}
          >
            {text}
          </button>
        </li>
      ))}
    </ul>
  );
}
