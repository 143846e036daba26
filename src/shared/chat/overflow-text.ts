import { formatTokens } from '../metrics/format.ts';
import type { Overflow } from './overflow.ts';

/** What was left out when room was made, and what that means; null where no room was made in this turn. */
export function describeOverflow(overflow: Overflow): string | null {
  const { newTurns } = overflow;
  if (newTurns === 0) return null;
  const verb = newTurns === 1 ? 'was' : 'were';
  return `The context was full. From here on the ${leftOut(overflow)} that the model still saw ${verb} left out; half of the context is free again. Nothing is gone from the transcript.`;
}

/** The same in a few words that follow the name of the turn; null where no room was made in it. */
export function describeOmission(overflow: Overflow): string | null {
  return overflow.newTurns === 0
    ? null
    : `left out the ${leftOut(overflow)}, because the context was full`;
}

function leftOut({ policy, newTurns }: Overflow): string {
  const turns = newTurns === 1 ? 'turn' : `${formatTokens(newTurns)} turns`;
  return policy === 'drop-middle' ? `${turns} after the first` : `oldest ${turns}`;
}
