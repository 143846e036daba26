import { formatBytes, formatTokens } from '#shared/metrics/format.ts';
import type { LoadPlan } from '#shared/model/load.ts';
import { Spinner } from '../ui/spinner.tsx';
import type { LoadForm } from './load-form.ts';
import { type PlanPart, planSum } from './plan-sum.ts';
import styles from './plan-view.module.css';

const names: Readonly<Record<PlanPart['key'], { name: string; colour: string }>> = {
  weights: { name: 'Weights', colour: 'series-weights' },
  k: { name: 'K', colour: 'series-k' },
  v: { name: 'V', colour: 'series-v' },
  recurrent: { name: 'Recurrent', colour: 'series-used' },
  compute: { name: 'Compute', colour: 'series-compute' },
};

/** What the load is expected to take, beside what is free. */
export function PlanView({ form }: { readonly form: LoadForm }) {
  const { plan, blocker } = form;
  if (plan.value === null || blocker !== null) {
    return plan.pending && blocker === null ? (
      <p className={styles.pending}>
        <Spinner /> Working out what this needs
      </p>
    ) : null;
  }
  return <Plan plan={plan.value} options={form.options} pending={plan.pending} />;
}

/** The sum beside what is free: what the panel is for, so it stands where it never scrolls away. */
export function PlanTotal({ form }: { readonly form: LoadForm }) {
  const { plan } = form;
  if (plan.value === null) return null;
  const { total, unknown } = planSum(plan.value);
  const { vramBytes, pools } = plan.value;
  return (
    <p className={styles.total} aria-live="polite" data-pending={plan.pending}>
      <span>
        Needs{' '}
        <em>
          {unknown.length === 0 ? 'about' : 'more than'} {formatBytes(total)}
        </em>
        {pools.vramBytes === null || vramBytes === null
          ? ` of ${formatBytes(pools.ramBytes)} that may be used`
          : `: ${formatBytes(vramBytes)} of ${formatBytes(pools.vramBytes)} on the GPU, ${formatBytes(total - vramBytes)} of ${formatBytes(pools.ramBytes)} in RAM`}
      </span>
    </p>
  );
}

interface PlanProps extends Pick<LoadForm, 'options'> {
  readonly plan: LoadPlan;
  readonly pending: boolean;
}

function Plan({ plan, options, pending }: PlanProps) {
  const { parts, total, unknown } = planSum(plan);
  const scale = Math.max(total, plan.pools.ramBytes + (plan.pools.vramBytes ?? 0));
  const label = ({ key }: PlanPart) => {
    if (key === 'k') return `K (${options.typeK})`;
    return key === 'v' ? `V (${options.typeV})` : names[key].name;
  };
  return (
    <section className={styles.plan} aria-label="Expected memory" data-pending={pending}>
      <h3 className={styles.title}>Expected memory</h3>
      <div className={styles.bar} aria-hidden="true">
        {parts.map(({ key, bytes }) => (
          <span
            key={key}
            style={{
              width: `${(bytes / scale) * 100}%`,
              background: `var(--${names[key].colour})`,
            }}
          />
        ))}
      </div>
      <dl className={styles.parts}>
        {parts.map(part => (
          <div key={part.key} className={styles.part}>
            <dt>
              <span
                className={styles.key}
                style={{ background: `var(--${names[part.key].colour})` }}
                aria-hidden="true"
              />
              {label(part)}
            </dt>
            <dd>{formatBytes(part.bytes)}</dd>
          </div>
        ))}
        <div className={styles.part}>
          <dt>Cells</dt>
          <dd>{formatTokens(plan.cells)}</dd>
        </div>
      </dl>
      {unknown.map(part => (
        <p key={part} className={styles.unknown}>
          {part === 'cache'
            ? 'The cache of this architecture cannot be computed beforehand; it comes on top.'
            : 'The compute buffers cannot be estimated here; they come on top.'}
        </p>
      ))}
    </section>
  );
}
