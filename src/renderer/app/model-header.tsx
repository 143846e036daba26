import { Activity, EllipsisVertical, Keyboard, PanelLeft, SquarePen } from 'lucide-react';
import type { ReactNode } from 'react';
import { useApp, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu } from '../ui/menu.tsx';
import { ProgressBar } from '../ui/progress-bar.tsx';
import { describeLoadProgress, modelFacts } from './model-facts.ts';
import styles from './model-header.module.css';
import { type RegionPlace, toggleMonitor, toggleSidebar } from './regions.ts';
import { useShortcutText } from './use-shortcuts.ts';

export interface ModelHeaderProps {
  /** Buttons of the page, before the model and after it. */
  readonly before?: ReactNode;
  readonly after?: ReactNode;
}

/** What is loaded, and the way to load something else: on every page. */
export function ModelHeader({ before, after }: ModelHeaderProps) {
  const { view } = usePage();
  return (
    <header className={styles.bar}>
      {before}
      <ModelSummary />
      <Button onClick={() => view.setState({ loadPanelOpen: true })}>Load model</Button>
      {after}
      <AppMenu />
      <LoadBar />
    </header>
  );
}

export interface ChatHeaderProps {
  readonly sidebar: RegionPlace;
  readonly monitor: RegionPlace;
}

export function ChatHeader({ sidebar, monitor }: ChatHeaderProps) {
  const page = usePage();
  const shortcutText = useShortcutText();
  return (
    <ModelHeader
      before={
        sidebar !== 'column' && (
          <>
            <IconButton
              label="Show conversations"
              shortcut={shortcutText('toggle-sidebar')}
              icon={<PanelLeft />}
              onClick={() => toggleSidebar(page)}
            />
            <IconButton
              label="New chat"
              shortcut={shortcutText('new-chat')}
              icon={<SquarePen />}
              onClick={() => page.chat.open(null)}
            />
          </>
        )
      }
      after={
        <IconButton
          label={monitor === 'hidden' ? 'Show the Monitor' : 'Hide the Monitor'}
          shortcut={shortcutText('toggle-monitor')}
          icon={<Activity />}
          pressed={monitor !== 'hidden'}
          onClick={() => toggleMonitor(page)}
        />
      }
    />
  );
}

function ModelSummary() {
  const model = useApp(state => state.model);
  switch (model?.phase) {
    case undefined:
      return <div className={styles.model} />;
    case 'none':
      return (
        <div className={styles.model}>
          <p className={styles.name}>No model loaded</p>
          <p className={styles.facts}>Choose a GGUF file to chat with</p>
        </div>
      );
    case 'loading':
      return (
        <div className={styles.model}>
          <p className={styles.name}>{fileNameOf(model.path)}</p>
          <p className={styles.facts}>{describeLoadProgress(model.progress)}</p>
        </div>
      );
    case 'unloading':
      return (
        <div className={styles.model}>
          <p className={styles.name}>Unloading the model</p>
        </div>
      );
    case 'lent':
      return (
        <div className={styles.model}>
          <p className={styles.name}>Measuring</p>
          <p className={styles.facts}>The model is loaded again afterwards</p>
        </div>
      );
    case 'loaded': {
      const { name } = model.report.planned.model;
      const facts = modelFacts(model.report);
      const everything = [name, ...facts.map(fact => `${fact.name}: ${fact.text}`)].join('\n');
      return (
        // In a narrow window some of it is out of sight; the tooltip has all of it.
        <div className={styles.model} title={everything}>
          <p className={styles.name}>{name}</p>
          <ul className={styles.facts} aria-label="The loaded model">
            {facts.map(fact => (
              <li key={fact.name}>{fact.text}</li>
            ))}
          </ul>
        </div>
      );
    }
  }
}

/** On the bar's lower edge, where it moves nothing when it comes and goes; the text beside it speaks. */
function LoadBar() {
  const fraction = useApp(state =>
    state.model?.phase === 'loading' ? state.model.progress.fraction : undefined,
  );
  if (fraction === undefined) return null;
  return (
    <div className={styles.load} aria-hidden="true">
      <ProgressBar label="Loading the model" value={fraction} />
    </div>
  );
}

function AppMenu() {
  const { connection, view } = usePage();
  const theme = useApp(state => state.settings?.theme ?? 'system');
  const shortcutText = useShortcutText();
  return (
    <Menu
      trigger={<IconButton label="App menu" icon={<EllipsisVertical />} />}
      entries={[
        {
          kind: 'choice',
          label: 'Theme',
          value: theme,
          options: themes,
          onSelect: value => {
            const chosen = themes.find(option => option.value === value);
            if (chosen === undefined) return;
            connection.call('settings.update', { theme: chosen.value }).catch(noteFailure(view));
          },
        },
        { kind: 'separator' },
        {
          kind: 'action',
          label: 'Keyboard shortcuts',
          icon: <Keyboard />,
          shortcut: shortcutText('help'),
          onSelect: () => view.setState({ shortcutsOpen: true }),
        },
      ]}
    />
  );
}

const themes = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

function fileNameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
