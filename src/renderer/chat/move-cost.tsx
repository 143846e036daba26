import { describeCost, describeCostReason, describeOmission } from '#shared/chat/cost-text.ts';
import type { Move } from '#shared/chat/move.ts';
import styles from './move-cost.module.css';
import { useMoveCost } from './use-move-cost.ts';

export interface MoveCostProps {
  /** Null while there is nothing to send. */
  readonly move: Move | null;
}

/** Under a message that is being written: what it makes the model read. Keeps its place while empty. */
export function MoveCost({ move }: MoveCostProps) {
  const cost = useMoveCost(move);
  const reason = cost === null ? null : describeCostReason(cost);
  const omission = cost === null ? null : describeOmission(cost);
  const tooLong = cost !== null && cost.promptTokens > cost.capacityTokens;
  return (
    <p className={styles.cost} data-too-long={tooLong || undefined} title={reason ?? undefined}>
      {cost !== null && describeCost(cost)}
      {omission !== null && <span className={styles.warning}>{omission}.</span>}
      {reason !== null && <span className={styles.reason}>{reason}.</span>}
    </p>
  );
}
