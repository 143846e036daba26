import { formatTokens } from '../metrics/format.ts';
import type { Overflow } from './overflow.ts';

/** What was left out when room was made, and what that means; null where no room was made in this turn. */
export function describeOverflow({ policy, newTurns }: Overflow): string | null {
  if (newTurns === 0) return null;
  const turns = newTurns === 1 ? 'turn' : `${formatTokens(newTurns)} turns`;
  const which = policy === 'drop-middle' ? `${turns} after the first` : `oldest ${turns}`;
  const verb = newTurns === 1 ? 'was' : 'were';
  return `The context was full. From here on the ${which} that the model still saw ${verb} left out; half of the context is free again. Nothing is gone from the transcript.`;
}
