import { CircleQuestionMark, Info, TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import { useStore } from 'zustand';
import { describeDoubt, describeStop } from '#shared/chat/turn-text.ts';
import type { AppErrorData } from '#shared/errors/app-error.ts';
import { metricDefinitions } from '#shared/metrics/definitions.ts';
import { formatPercent } from '#shared/metrics/format.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import type { MessageStore } from '../state/message-store.ts';
import { ErrorCallout } from '../ui/callout.tsx';
import { Figure } from '../ui/figure.tsx';
import { AnswerActions } from './answer-actions.tsx';
import { Markdown } from './markdown.tsx';
import { MissNote } from './miss-note.tsx';
import { OverflowNote } from './overflow-note.tsx';
import { Reasoning } from './reasoning.tsx';
import { RestoredNote } from './restored-note.tsx';
import styles from './turn.module.css';
import { TurnFiguresLine } from './turn-figures-line.tsx';
import { TurnStatus } from './turn-status.tsx';

export interface AnswerTurnProps {
  readonly store: MessageStore;
  /** Its place in the conversation, from 1. */
  readonly number: number;
  /** Whether it is the conversation's latest. */
  readonly last: boolean;
}

export const AnswerTurn = memo(function AnswerTurn({ store, number, last }: AnswerTurnProps) {
  const message = useStore(store, state => state.message);
  const running = message.status === 'running';
  return (
    <article
      className={styles.turn}
      data-role="assistant"
      aria-label={`Message ${number}, answer from ${message.modelName ?? 'the model'}`}
      aria-busy={running}
    >
      {message.figures !== null && <OverflowNote figures={message.figures} />}
      <Reasoning store={store} running={running} />
      <Markdown store={store} segment="answer" />
      {running && <TurnStatus messageId={message.id} />}
      {message.error !== null && (
        <ErrorCallout error={message.error} tone={toneOf(message.error)} live={last} />
      )}
      {message.figures !== null && <StopNote figures={message.figures} />}
      {message.figures !== null && <RestoredNote figures={message.figures} />}
      {message.figures !== null && <MissNote figures={message.figures} />}
      {message.figures !== null && <DoubtNote figures={message.figures} focusable={last} />}
      {!running && (
        <footer className={styles.foot}>
          {message.figures !== null && (
            <TurnFiguresLine figures={message.figures} focusable={last} />
          )}
          <AnswerActions store={store} last={last} />
        </footer>
      )}
    </article>
  );
});

/** What the user asked for is no accident. */
function toneOf({ code }: AppErrorData): 'info' | 'error' {
  return code === 'engine-restarted' ? 'info' : 'error';
}

function StopNote({ figures }: { readonly figures: TurnFigures }) {
  const text = describeStop(figures);
  if (text === null) return null;
  const Icon = figures.stopReason === 'context-full' ? TriangleAlert : Info;
  return (
    <p className={styles.note} data-reason={figures.stopReason}>
      <Icon aria-hidden="true" />
      {text}
    </p>
  );
}

interface DoubtNoteProps {
  readonly figures: TurnFigures;
  readonly focusable: boolean;
}

function DoubtNote({ figures, focusable }: DoubtNoteProps) {
  const text = describeDoubt(figures);
  if (text === null) return null;
  return (
    <div className={styles.note} data-reason="doubt">
      <CircleQuestionMark aria-hidden="true" />
      <p>
        {text}{' '}
        <Figure
          layout="inline"
          definition={metricDefinitions.openingProbability}
          value={formatPercent(figures.openingProbability)}
          focusable={focusable}
        />
      </p>
    </div>
  );
}
