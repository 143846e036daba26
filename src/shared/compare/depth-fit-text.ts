import { formatTokens } from '../metrics/format.ts';
import { type DepthFit, speedFit } from './depth-fit.ts';
import { type NamedSpeed, namedSpeeds, type SpeedComparison } from './named-speed.ts';

/** What the tokens before cost the next one, configuration by configuration, where enough depths tell it. */
export function depthFindings(result: SpeedComparison): string[] {
  return namedSpeeds(result).flatMap(each => {
    const fit = speedFit(each.depths);
    return fit === null ? [] : finding(each, fit);
  });
}

function finding({ name }: NamedSpeed, fit: DepthFit): string {
  const certainty = fit.rSquared === null ? '' : ` (R² ${fit.rSquared.toFixed(3)})`;
  const [near, deep] = [fit.nearest, fit.deepest].map(({ depthTokens }) =>
    formatTokens(depthTokens),
  );
  if (!fit.isSloped) {
    return `With ${name} it cannot be told whether the time of a token depends on the tokens before it, from what was measured up to depth ${deep}${certainty}.`;
  }
  const perThousand = fit.msPerToken * 1000;
  const slope = `${milliseconds(Math.abs(perThousand))} ${perThousand > 0 ? 'more' : 'less'} for every 1,000 tokens before it${certainty}`;
  const cost = fit.interceptMs > 0 ? `${milliseconds(fit.interceptMs)}, and ${slope}` : slope;
  const ratio = (fit.deepest.ms / fit.nearest.ms).toFixed(1);
  return `With ${name} a token costs ${cost}: ${ratio} times as much at depth ${deep} as at depth ${near}.`;
}

/** Three significant digits, however small: what one more token costs may be microseconds. */
function milliseconds(ms: number): string {
  return `${Number(ms.toPrecision(3))} ms`;
}
