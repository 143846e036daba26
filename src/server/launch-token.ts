import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The secret of one launch: whoever has it may talk to the host. */
export interface LaunchToken {
  readonly value: string;
  /** Takes equally long for every guess. */
  matches(guess: string): boolean;
}

export function createLaunchToken(): LaunchToken {
  const value = randomBytes(32).toString('base64url');
  const expected = digest(value);
  return { value, matches: guess => timingSafeEqual(digest(guess), expected) };
}

/** Of equal length whatever the text, which the comparison needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
