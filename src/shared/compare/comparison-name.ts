import type { ComparisonResult } from './comparison.ts';
import { configurationNames } from './configuration.ts';

const longestModelName = 80;
/** Of the whole name, what may follow the configurations included. */
const longestName = 160;

/** What a run is called until the user names it: `Llama 3.2 1B: f16, q8_0, q4_0`. At most 200 characters. */
export function comparisonName({
  facts,
  configurations,
}: Pick<ComparisonResult, 'facts' | 'configurations'>): string {
  const model = shortened(facts.model.name.trim() || facts.model.architecture, longestModelName);
  const names = configurationNames(configurations);
  for (let shown = names.length; shown > 0; shown--) {
    const rest = names.length - shown;
    const name = `${model}: ${names.slice(0, shown).join(', ')}${rest === 0 ? '' : ` and ${rest} more`}`;
    if (name.length <= longestName) return name;
  }
  return `${model}: ${names.length} configurations`;
}

/** Never between the halves of a character. */
function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (kept.length + segment.length >= length) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}
