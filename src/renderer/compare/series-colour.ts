/** Colour tokens for configurations in their order, without their dashes. */
const colours = ['series-k', 'series-prefill', 'series-v', 'series-decode'] as const;

/** The same configuration has the same colour in every chart and list of a run. */
export function seriesColour(index: number): string {
  return colours[index % colours.length] ?? 'chart-axis';
}
