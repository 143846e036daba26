import { RefreshCw } from 'lucide-react';
import type { FitBasis } from '#shared/fit/fit.ts';
import { formatBytes } from '#shared/metrics/format.ts';
import { useFit, usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { NumberField } from '../ui/number-field.tsx';
import styles from './fit-controls.module.css';

const gibibyte = 1024 ** 3;
/** Memory of cards and machines that people have, in GiB. */
const common = [6, 8, 12, 16, 24];

/** The memory to fit into: what is free now, or what the user says there is. */
export function BudgetField() {
  const { fit } = usePage();
  const budgetBytes = useFit(({ choice }) => choice.budgetBytes);
  const basis = useFit(({ table }) => table.basis);
  const setGib = (gib: number | null) =>
    fit.change({ budgetBytes: gib === null || gib <= 0 ? null : Math.round(gib * gibibyte) });
  const pool = basis === null || basis.pools.vramBytes === null ? 'RAM' : 'GPU memory';
  return (
    <div className={styles.budget}>
      <NumberField
        label="Memory budget"
        value={budgetBytes === null ? null : budgetBytes / gibibyte}
        onValueChange={setGib}
        min={0}
        max={1_048_576}
        step={1}
        unit="GiB"
        placeholder={
          basis === null || budgetBytes !== null
            ? 'what is free'
            : `free: ${(basis.budgetBytes / gibibyte).toFixed(1)}`
        }
        description={`Of ${pool}. Empty: what is free now, less a little for other programs.`}
      />
      <div className={styles.chips}>
        {common.map(gib => (
          <Button
            key={gib}
            size="small"
            aria-pressed={budgetBytes === gib * gibibyte}
            aria-label={`Budget of ${gib} GiB`}
            onClick={() => setGib(budgetBytes === gib * gibibyte ? null : gib)}
          >
            {gib}
          </Button>
        ))}
      </div>
      {basis !== null && <MachineFacts basis={basis} onRefresh={() => fit.ask()} />}
    </div>
  );
}

interface MachineFactsProps {
  readonly basis: FitBasis;
  onRefresh(): void;
}

function MachineFacts({ basis: { memory }, onRefresh }: MachineFactsProps) {
  const { ramFree, ramTotal, vramFree, vramTotal, swapFree, unified, released, engine } = memory;
  const facts: readonly (readonly [string, string])[] = [
    ...(vramFree === null
      ? []
      : [
          [
            unified ? 'GPU (same as RAM)' : 'GPU free',
            `${formatBytes(vramFree)} of ${formatBytes(vramTotal)}`,
          ] as const,
        ]),
    ['RAM free', `${formatBytes(ramFree)} of ${formatBytes(ramTotal)}`],
    ...(swapFree === null ? [] : [['Swap, not used', formatBytes(swapFree)] as const]),
    ...(released === 0 ? [] : [['Given back by the loaded model', formatBytes(released)] as const]),
    ['The engine itself, beside the budget', formatBytes(engine)],
  ];
  return (
    <>
      <div className={styles.spread}>
        <span className={styles.facts}>{memory.devices.join(', ')}</span>
        <IconButton
          label="Look again at what is free"
          icon={<RefreshCw />}
          size="small"
          onClick={onRefresh}
        />
      </div>
      <dl className={styles.facts}>
        {facts.map(([name, text]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
