import { Plus, SlidersHorizontal, X } from 'lucide-react';
import { useState } from 'react';
import {
  type Configuration,
  configurationNames,
  configurationSchema,
} from '#shared/compare/configuration.ts';
import { illegalReason } from '#shared/kv-cache/legality.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import { typeOptions } from '../model-setup/load-choices.ts';
import { useCompare, usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { LegendMark } from '../ui/legend-mark.tsx';
import { Menu } from '../ui/menu.tsx';
import sectionStyles from '../ui/section.module.css';
import { Select } from '../ui/select.tsx';
import { type ChosenConfiguration, configurationOf, mostConfigurations } from './compare-choice.ts';
import styles from './configuration-list.module.css';
import { ConfigurationOptions } from './configuration-options.tsx';
import { seriesColour } from './series-colour.ts';

/** What is held against each other; the first one is what the others are told against. */
export function ConfigurationList({ model }: { readonly model: ModelDescription | null }) {
  const configurations = useCompare(({ choice }) => choice.configurations);
  const names = configurationNames(configurations.map(each => each.configuration));
  return (
    <section className={sectionStyles.section} aria-labelledby="compare-configurations">
      <div className={styles.head}>
        <h2 id="compare-configurations" className={sectionStyles.title}>
          Configurations
        </h2>
        <AddMenu count={configurations.length} />
      </div>
      <ol className={styles.list}>
        {configurations.map((each, index) => (
          <ConfigurationRow
            key={each.key}
            chosen={each}
            index={index}
            name={names[index] ?? ''}
            only={configurations.length === 1}
            model={model}
          />
        ))}
      </ol>
    </section>
  );
}

const noCache = configurationSchema.parse({ keepsCache: false });

const offers: readonly (readonly [label: string, configuration: Configuration])[] = [
  ['f16', configurationOf('f16')],
  ['q8_0', configurationOf('q8_0')],
  ['q4_0', configurationOf('q4_0')],
  ['K q8_0, V q4_0', { ...configurationOf('q8_0'), typeV: 'q4_0' }],
  ['K f16, V q4_0', { ...configurationOf('f16'), typeV: 'q4_0' }],
  ['No cache at all', noCache],
];

function AddMenu({ count }: { readonly count: number }) {
  const { compare } = usePage();
  const full = count >= mostConfigurations;
  return (
    <Menu
      trigger={
        <Button
          size="small"
          variant="quiet"
          icon={<Plus />}
          disabled={full}
          title={full ? 'Four at a time; the command line takes any number.' : undefined}
        >
          Add
        </Button>
      }
      entries={offers.map(([label, configuration]) => ({
        kind: 'action',
        label,
        onSelect: () => compare.add(configuration),
      }))}
    />
  );
}

interface ConfigurationRowProps {
  readonly chosen: ChosenConfiguration;
  readonly index: number;
  readonly name: string;
  readonly only: boolean;
  readonly model: ModelDescription | null;
}

function ConfigurationRow({
  chosen: { key, configuration },
  index,
  name,
  only,
  model,
}: ConfigurationRowProps) {
  const { compare } = usePage();
  const [more, setMore] = useState(false);
  const { typeK, typeV, flashAttention, keepsCache } = configuration;
  const change = (changes: Partial<Configuration>) => compare.changeConfiguration(key, changes);
  const illegal = illegalReason(model?.layers ?? null, typeK, typeV, flashAttention);
  return (
    <li className={styles.row}>
      <div className={styles.line}>
        <LegendMark kind="block" colour={seriesColour(index)} />
        {keepsCache ? (
          <>
            <Select
              label={`K of ${name}`}
              hideLabel
              value={typeK}
              onValueChange={next => change({ typeK: next })}
              options={typeOptions}
            />
            <Select
              label={`V of ${name}`}
              hideLabel
              value={typeV}
              onValueChange={next => change({ typeV: next })}
              options={typeOptions}
            />
          </>
        ) : (
          <span className={styles.name}>No cache at all</span>
        )}
        <IconButton
          label={`More settings of ${name}`}
          icon={<SlidersHorizontal />}
          size="small"
          pressed={more}
          aria-expanded={more}
          onClick={() => setMore(!more)}
        />
        <IconButton
          label={`Remove ${name}`}
          icon={<X />}
          size="small"
          disabled={only}
          onClick={() => compare.remove(key)}
        />
      </div>
      {!keepsCache && (
        <p className={sectionStyles.note}>
          Each token has the whole text before it computed again: speed only, down to a depth of
          4,096 tokens.
        </p>
      )}
      {more && (
        <ConfigurationOptions configuration={configuration} model={model} onChange={change} />
      )}
      {illegal !== null && (
        <p className={styles.problem} role="status">
          {illegal.message} {illegal.suggestion}
        </p>
      )}
    </li>
  );
}
