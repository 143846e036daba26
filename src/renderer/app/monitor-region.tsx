import { X } from 'lucide-react';
import { type CSSProperties, type PointerEvent, useState } from 'react';
import { settingsSchema } from '#shared/contract/settings.ts';
import { Monitor } from '../monitor/monitor.tsx';
import { useApp, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import styles from './monitor-region.module.css';
import { toggleMonitor } from './regions.ts';

const defaultWidth = 360;
const keyStep = 16;
const widthSchema = settingsSchema.shape.monitorWidth.unwrap();

export function MonitorRegion({ resizable = false }: { readonly resizable?: boolean }) {
  const page = usePage();
  const stored = useApp(state => state.settings?.monitorWidth ?? defaultWidth);
  const [dragged, setDragged] = useState<number | null>(null);
  const width = dragged ?? stored;

  const store = (next: number) => {
    page.connection
      .call('settings.update', { monitorWidth: next })
      .catch(noteFailure(page.view))
      .finally(() => setDragged(null));
  };

  return (
    <section
      aria-label="Monitor"
      data-region="monitor"
      tabIndex={-1}
      className={styles.region}
      data-resizable={resizable || undefined}
      style={wantedWidth(width)}
    >
      {resizable && <Resizer width={width} onResize={setDragged} onCommit={store} />}
      <header className={styles.head}>
        <h2 className={styles.title}>Monitor</h2>
        <IconButton
          label="Hide the Monitor"
          icon={<X />}
          size="small"
          onClick={() => toggleMonitor(page)}
        />
      </header>
      <div className={styles.body}>
        <ErrorBoundary name="The Monitor">
          <Monitor />
        </ErrorBoundary>
      </div>
    </section>
  );
}

/** The style sheet keeps it within what the window has room for. */
function wantedWidth(width: number): CSSProperties {
  return { ['--wanted-width' as string]: `${width}px` };
}

interface ResizerProps {
  readonly width: number;
  onResize(width: number): void;
  onCommit(width: number): void;
}

function Resizer({ width, onResize, onCommit }: ResizerProps) {
  const widthAt = (event: PointerEvent) => clampWidth(window.innerWidth - event.clientX);
  return (
    // biome-ignore lint/a11y/useSemanticElements: an <hr> cannot be moved
    <div
      role="separator"
      aria-label="Width of the Monitor"
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={widthSchema.minValue ?? 0}
      aria-valuemax={widthSchema.maxValue ?? 0}
      tabIndex={0}
      className={styles.resizer}
      onPointerDown={event => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={event => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) onResize(widthAt(event));
      }}
      onPointerUp={event => onCommit(widthAt(event))}
      onKeyDown={event => {
        const step = { ArrowLeft: keyStep, ArrowRight: -keyStep }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        const next = clampWidth(width + step);
        onResize(next);
        onCommit(next);
      }}
    />
  );
}

function clampWidth(width: number): number {
  return Math.max(widthSchema.minValue ?? 0, Math.min(widthSchema.maxValue ?? width, width));
}
