import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { bytesPerSecond } from '#shared/compare/roofline.ts';
import { formatBytes, formatDecimalBytes, formatTokens } from '#shared/metrics/format.ts';
import sectionStyles from '../ui/section.module.css';
import styles from './result-facts.module.css';

/** What was measured on, and how: enough to do it again. */
export function ResultFacts({ result }: { readonly result: ComparisonResult }) {
  return (
    <section className={sectionStyles.section} aria-labelledby="compare-facts">
      <h3 id="compare-facts" className={sectionStyles.title}>
        What it was measured on
      </h3>
      <dl className={styles.facts}>
        {factsOf(result).map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function factsOf({ facts, speed, fidelity }: ComparisonResult): (readonly [string, string])[] {
  const { model, memoryBandwidth } = facts;
  const first = speed?.configurations.find(each => each.outcome === 'measured');
  const threads = first?.outcome === 'measured' ? first.report.threads : fidelity?.baseline.threads;
  return [
    ['Model', `${model.name}, ${formatBytes(model.fileBytes)}`],
    ['File', model.path],
    ['Fingerprint', facts.modelFingerprint?.slice(0, 16) ?? 'not known'],
    ['Processor', facts.cpu],
    [
      'Backend',
      facts.devices.length === 0 ? facts.backend : `${facts.backend}: ${facts.devices.join(', ')}`,
    ],
    ...(threads === undefined ? [] : [['Threads', String(threads)] as const]),
    ...(memoryBandwidth === null
      ? []
      : [
          [
            'Memory bandwidth',
            `${formatDecimalBytes(bytesPerSecond(memoryBandwidth))}/s, threads: ${memoryBandwidth.threads}`,
          ] as const,
        ]),
    ...(speed === null
      ? []
      : [
          [
            'Speed',
            `prompt of ${formatTokens(speed.series.promptTokens)}, then ${formatTokens(speed.series.generatedTokens)} generated tokens, ${speed.series.repetitions === 1 ? 'once' : `${speed.series.repetitions} times`}`,
          ] as const,
        ]),
    ...(fidelity === null
      ? []
      : [
          [
            'Text',
            `${fidelity.text.name === '' ? 'a story of ours' : fidelity.text.name}, ${formatTokens(fidelity.text.expected.length)} places`,
          ] as const,
        ]),
    ['llama.cpp', `${facts.llamaCppRelease} (node-llama-cpp ${facts.bindingsRelease})`],
    ['Headroom', facts.appVersion],
  ];
}
