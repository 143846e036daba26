import { allBytes } from '#shared/fit/memory-pools.ts';
import { formatBytes, formatTokens } from '#shared/metrics/format.ts';
import type { LoadPlan } from '#shared/model/load.ts';
import { MemoryBar } from '../model-setup/memory-bar.tsx';
import { Spinner } from '../ui/spinner.tsx';
import type { LoadForm } from './load-form.ts';
import { type PlanPart, planSum } from './plan-sum.ts';
import styles from './plan-view.module.css';

const names: Readonly<Record<PlanPart['key'], string>> = {
  weights: 'Weights',
  k: 'K',
  v: 'V',
  recurrent: 'Recurrent',
  compute: 'Compute',
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
  const { parts, unknown } = planSum(plan);
  const label = ({ key }: PlanPart) => {
    if (key === 'k') return `K (${options.typeK})`;
    return key === 'v' ? `V (${options.typeV})` : names[key];
  };
  return (
    <section className={styles.plan} aria-label="Expected memory" data-pending={pending}>
      <h3 className={styles.title}>Expected memory</h3>
      <MemoryBar
        parts={parts.map(part => ({ ...part, label: label(part) }))}
        budgetBytes={allBytes(plan.pools)}
        facts={[{ label: 'Cells', text: formatTokens(plan.cells) }]}
      />
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
