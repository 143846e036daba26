import type { ReactNode } from 'react';
import type { EventSign } from '#shared/metrics/history-event.ts';
import { eventShapes } from './event-shapes.ts';
import styles from './legend-mark.module.css';

export type LegendMarkKind =
  | 'area'
  | 'line'
  | 'dashes'
  | 'bursts'
  | 'block'
  | 'ring'
  | 'corner'
  | 'gap'
  | EventSign;

interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly shape: ReactNode;
}

/** In the colour of the text around them. */
const drawings: Readonly<Record<Exclude<LegendMarkKind, EventSign>, Drawing>> = {
  area: {
    width: 10,
    height: 8,
    shape: (
      <>
        <path d="M0 0H10V8H0Z" fillOpacity={0.24} />
        <path d="M0 0H10V2H0Z" />
      </>
    ),
  },
  line: { width: 10, height: 2, shape: <rect width={10} height={2} rx={1} /> },
  dashes: { width: 14, height: 2, shape: <path d="M0 0H4V2H0ZM7 0H11V2H7Z" /> },
  bursts: { width: 5, height: 10, shape: <path d="M0 0H5V5H3V10H2V5H0Z" /> },
  block: { width: 10, height: 10, shape: <rect width={10} height={10} rx={2} /> },
  corner: { width: 8, height: 8, shape: <path d="M6 0H8V8H0V6H6Z" /> },
  gap: { width: 5, height: 9, shape: <path d="M0 0H1.5V9H0ZM3.5 0H5V9H3.5Z" /> },
  ring: {
    width: 7,
    height: 7,
    shape: (
      <circle cx={3.5} cy={3.5} r={2.875} fill="none" stroke="currentColor" strokeWidth={1.25} />
    ),
  },
};

export interface LegendMarkProps {
  readonly kind: LegendMarkKind;
  /** A colour token without its dashes, for instance `series-used`. */
  readonly colour: string;
}

/** How something is drawn in a chart, small. */
export function LegendMark({ kind, colour }: LegendMarkProps) {
  const { width, height, shape } = drawingOf(kind);
  return (
    <svg
      className={styles.mark}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      fill="currentColor"
      style={{ color: `var(--${colour})` }}
      aria-hidden="true"
    >
      {shape}
    </svg>
  );
}

function drawingOf(kind: LegendMarkKind): Drawing {
  if (!isEventSign(kind)) return drawings[kind];
  const { path, ...size } = eventShapes[kind];
  return { ...size, shape: <path d={path} /> };
}

function isEventSign(kind: LegendMarkKind): kind is EventSign {
  return kind in eventShapes;
}
