import { ChartNoAxesColumn, Image, ImageDown, Shapes, Table2 } from 'lucide-react';
import { type ReactNode, useId, useRef, useState } from 'react';
import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import type { FramedChart } from '../chart-picture/framed-chart.ts';
import type { PictureFormat } from '../chart-picture/picture-file.ts';
import { ErrorCallout } from './callout.tsx';
import styles from './chart-frame.module.css';
import { IconButton } from './icon-button.tsx';
import { LegendMark, type LegendMarkProps } from './legend-mark.tsx';
import { Menu } from './menu.tsx';

export interface ChartFrameProps {
  readonly title: string;
  /** The current values, as figures. */
  readonly figures?: ReactNode;
  /** What the colours and marks mean. */
  readonly legend?: ReactNode;
  readonly children: ReactNode;
  /** The same data as a table; asked for only while it is shown. */
  table(): ReactNode;
}

/**
 * Title, current values and chart; the chart can be swapped for a table of the same data, and saved as a
 * picture either way.
 */
export function ChartFrame({ title, figures, legend, children, table }: ChartFrameProps) {
  const [asTable, setAsTable] = useState(false);
  const [failure, setFailure] = useState<AppErrorData | null>(null);
  const titleId = useId();
  const figuresPart = useRef<HTMLDivElement>(null);
  const bodyPart = useRef<HTMLDivElement>(null);
  const legendPart = useRef<HTMLElement>(null);

  const save = (format: PictureFormat) => {
    if (bodyPart.current === null) return;
    const parts = { figures: figuresPart.current, legend: legendPart.current };
    setFailure(null);
    saveAsPicture({ title, body: bodyPart.current, ...parts }, format).catch(thrown =>
      setFailure(toErrorData(thrown)),
    );
  };

  return (
    <figure className={styles.frame} aria-labelledby={titleId}>
      <div className={styles.head}>
        <h3 id={titleId} className={styles.title}>
          {title}
        </h3>
        <Menu
          trigger={
            <IconButton label={`Save ${title} as a picture`} icon={<ImageDown />} size="small" />
          }
          entries={[
            { kind: 'action', label: 'Save as PNG', icon: <Image />, onSelect: () => save('png') },
            { kind: 'action', label: 'Save as SVG', icon: <Shapes />, onSelect: () => save('svg') },
          ]}
        />
        <IconButton
          label={asTable ? `Show ${title} as a chart` : `Show ${title} as a table`}
          icon={asTable ? <ChartNoAxesColumn /> : <Table2 />}
          size="small"
          onClick={() => setAsTable(!asTable)}
        />
      </div>
      {failure !== null && <ErrorCallout error={failure} onDismiss={() => setFailure(null)} />}
      {figures !== undefined && (
        <div ref={figuresPart} className={styles.figures}>
          {figures}
        </div>
      )}
      {asTable && table()}
      {/* Behind a table the chart keeps its width, so that it can still be made a picture of. */}
      <div className={styles.chart} data-behind={asTable || undefined} inert={asTable}>
        <div ref={bodyPart}>{children}</div>
        {legend !== undefined && (
          <figcaption ref={legendPart} className={styles.legend}>
            {legend}
          </figcaption>
        )}
      </div>
    </figure>
  );
}

/** Most charts are never saved: what that takes is loaded with the first picture. */
async function saveAsPicture(chart: FramedChart, format: PictureFormat): Promise<void> {
  const { saveChart } = await import('../chart-picture/picture-file.ts');
  await saveChart(chart, format);
}

export interface LegendItemProps {
  readonly mark: LegendMarkProps['kind'];
  /** A colour token without its dashes, for instance `series-used`. */
  readonly colour: string;
  readonly children: ReactNode;
}

export function LegendItem({ mark, colour, children }: LegendItemProps) {
  return (
    <span className={styles.legendItem}>
      <LegendMark kind={mark} colour={colour} />
      {children}
    </span>
  );
}
