/** Digits behind the point of tokens per second, which stand under a head with that unit: 9.87, 57.1, 1450. */
export function rateDigits(tokensPerSecond: number): number {
  if (tokensPerSecond < 10) return 2;
  return tokensPerSecond < 100 ? 1 : 0;
}
