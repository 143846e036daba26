import { type ReactNode, useEffect } from 'react';
import { useStore } from 'zustand';
import type { AppErrorData } from '#shared/errors/app-error.ts';
import type { LoadReport } from '#shared/model/load.ts';
import { describeLoadProgress } from '../app/model-facts.ts';
import { useApp, useChat, usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorCallout } from '../ui/callout.tsx';
import { ProgressBar } from '../ui/progress-bar.tsx';
import { CacheGauge } from './cache-gauge.tsx';
import { KvMap } from './kv-map.tsx';
import { FillChart, SpeedChart } from './live-charts.tsx';
import { LoadReportSection } from './load-report.tsx';
import { MemoryChart } from './memory-chart.tsx';
import styles from './monitor.module.css';
import { SlowMotion } from './slow-motion.tsx';
import { Snapshot } from './snapshot.tsx';
import { TtftChart } from './ttft-chart.tsx';
import { TurnAnnouncement } from './turn-announcement.tsx';
import { TurnTable } from './turn-table.tsx';
import { WindowChoice } from './window-choice.tsx';

/** What the cache of the loaded model holds and costs, live. Fills its parent and scrolls in itself. */
export function Monitor() {
  const engine = useApp(state => state.engine);
  const model = useApp(state => state.model);
  const turns = useChat(state => state.turns);
  const { live, memory } = usePage();
  const timeWindow = useStore(live.view, state => state.timeWindow);
  const report = model?.phase === 'loaded' ? model.report : null;
  const hasPast = turns.length > 0;
  useEffect(() => {
    const watch = memory.watch();
    return () => watch[Symbol.dispose]();
  }, [memory]);

  return (
    <div className={styles.monitor}>
      {engine?.phase === 'crashed' && <Crash error={engine.error} restarting={engine.restarting} />}
      {report === null ? <NoCache /> : <CacheGauge report={report} />}
      {report !== null && <KvMap />}
      {report !== null && <Snapshot />}
      {report !== null && <SlowMotion />}
      {(report !== null || hasPast) && (
        <>
          <section className={styles.group} aria-label="Live charts">
            <div className={styles.choice}>
              <span aria-hidden="true">Time shown</span>
              <WindowChoice
                value={timeWindow}
                onValueChange={next => live.view.setState({ timeWindow: next })}
              />
            </div>
            <FillChart timeWindow={timeWindow} />
            <SpeedChart timeWindow={timeWindow} />
            <MemoryChart timeWindow={timeWindow} />
          </section>
          <section className={styles.group} aria-label="Turns">
            <TtftChart turns={turns} />
            {hasPast && (
              <>
                <h3 className={styles.title}>Latest turns</h3>
                <TurnTable turns={turns} />
              </>
            )}
          </section>
        </>
      )}
      {report !== null && <LoadedModel report={report} />}
      <TurnAnnouncement turns={turns} />
    </div>
  );
}

function LoadedModel({ report }: { readonly report: LoadReport }) {
  return (
    <details className={styles.details}>
      <summary className={styles.summary}>Load report</summary>
      <LoadReportSection report={report} />
    </details>
  );
}

/** Why there is no cache to show, and what helps. */
function NoCache() {
  const model = useApp(state => state.model);
  switch (model?.phase) {
    case 'loading':
      return (
        <Notice title="Loading a model">
          <p>{describeLoadProgress(model.progress)}</p>
          <ProgressBar
            label="Loading the model"
            value={model.progress.fraction}
            valueText={describeLoadProgress(model.progress)}
          />
        </Notice>
      );
    case 'unloading':
      return <Notice title="Unloading the model">Its cache is being given back.</Notice>;
    case 'lent':
      return (
        <Notice title="A measurement has the engine">
          The model is loaded again afterwards, with the cells of this chat where they were saved.
        </Notice>
      );
    case 'none':
      return (
        <Notice title="No model is loaded">
          <p>
            The cache is reserved when a model is loaded. What it holds and what it costs is then
            shown here, live.
          </p>
          <LoadButton />
        </Notice>
      );
    case 'loaded':
    case undefined:
      return <Notice title="Waiting for Headroom">The state of the model is not known yet.</Notice>;
  }
}

function LoadButton() {
  const { view } = usePage();
  return (
    <div>
      <Button onClick={() => view.setState({ loadPanelOpen: true })}>Choose a model</Button>
    </div>
  );
}

function Notice({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.notice} aria-label="Cache">
      <h3 className={styles.title}>{title}</h3>
      {children}
    </section>
  );
}

function Crash({
  error,
  restarting,
}: {
  readonly error: AppErrorData;
  readonly restarting: boolean;
}) {
  const next = restarting
    ? 'It is being started again. The curves below end where it stopped.'
    : error.suggestion;
  return <ErrorCallout error={{ ...error, suggestion: next }} live={false} />;
}
