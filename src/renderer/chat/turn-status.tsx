import { describeProgress } from '#shared/chat/turn-text.ts';
import { useChat } from '../state/page-context.tsx';
import { ProgressBar } from '../ui/progress-bar.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { StallNote } from './stall-note.tsx';
import styles from './turn-status.module.css';

/** What the engine is doing for the running answer. Keeps its height from the first to the last word. */
export function TurnStatus({ messageId }: { readonly messageId: string }) {
  const running = useChat(state => (state.running?.messageId === messageId ? state.running : null));
  const progress = running?.progress ?? null;
  const quietSinceMs = running?.quietSinceMs ?? null;
  const text = describeProgress(progress, quietSinceMs !== null);
  // While the model works, text or a bar moves anyway. An animation would have the page painted sixty
  // times a second, with processor time that decoding needs.
  const working = progress?.phase === 'prefill' || progress?.phase === 'decode';
  return (
    <>
      <div className={styles.status}>
        <p className={styles.text}>
          {working ? <span className={styles.mark} data-phase={progress.phase} /> : <Spinner />}
          {text}
        </p>
        {progress?.phase === 'prefill' && progress.totalTokens > 0 && (
          <ProgressBar
            label="Reading the prompt"
            value={progress.doneTokens / progress.totalTokens}
            valueText={text}
          />
        )}
      </div>
      {quietSinceMs !== null && <StallNote quietSinceMs={quietSinceMs} />}
    </>
  );
}
