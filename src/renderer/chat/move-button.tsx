import { useState } from 'react';
import { describeCostBriefly, describeLaterCost } from '#shared/chat/cost-text.ts';
import type { Move } from '#shared/chat/move.ts';
import { IconButton, type IconButtonProps } from '../ui/icon-button.tsx';
import { useMoveCost } from './use-move-cost.ts';

export interface MoveButtonProps extends Omit<IconButtonProps, 'hint' | 'size'> {
  /** Null where there is nothing to go to. */
  readonly move: Move | null;
}

/** A button whose tooltip says what it costs; that is only worked out when somebody points at it. */
export function MoveButton({ move, disabled = false, ...rest }: MoveButtonProps) {
  const [near, setNear] = useState(false);
  const cost = useMoveCost(near && !disabled ? move : null);
  return (
    <IconButton
      {...rest}
      size="small"
      disabled={disabled}
      hint={cost === null || move === null ? undefined : costOf(move, cost)}
      onPointerEnter={() => setNear(true)}
      onPointerLeave={() => setNear(false)}
      onFocus={() => setNear(true)}
      onBlur={() => setNear(false)}
    />
  );
}

function costOf(move: Move, cost: Parameters<typeof describeLaterCost>[0]): string {
  switch (move.kind) {
    case 'delete-turn':
    case 'select-branch':
    case 'system-prompt':
      return describeLaterCost(cost);
    case 'send':
    case 'edit':
    case 'regenerate':
    case 'continue':
      return describeCostBriefly(cost);
  }
}
