import { ChartNoAxesColumn, Table2 } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import styles from './chart-frame.module.css';
import { IconButton } from './icon-button.tsx';
import { LegendMark, type LegendMarkProps } from './legend-mark.tsx';

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

/** Title, current values and chart; the chart can be swapped for a table of the same data. */
export function ChartFrame({ title, figures, legend, children, table }: ChartFrameProps) {
  const [asTable, setAsTable] = useState(false);
  const titleId = useId();
  return (
    <figure className={styles.frame} aria-labelledby={titleId}>
      <div className={styles.head}>
        <h3 id={titleId} className={styles.title}>
          {title}
        </h3>
        <IconButton
          label={asTable ? `Show ${title} as a chart` : `Show ${title} as a table`}
          icon={asTable ? <ChartNoAxesColumn /> : <Table2 />}
          size="small"
          onClick={() => setAsTable(!asTable)}
        />
      </div>
      {figures !== undefined && <div className={styles.figures}>{figures}</div>}
      {asTable ? (
        table()
      ) : (
        <>
          {children}
          {legend !== undefined && <figcaption className={styles.legend}>{legend}</figcaption>}
        </>
      )}
    </figure>
  );
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
