import { RotateCcw, SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { describeLaterCost } from '#shared/chat/cost-text.ts';
import type { OverflowPolicy } from '#shared/chat/overflow.ts';
import { type Sampling, samplingSchema } from '#shared/chat/sampling.ts';
import type { TurnForecast } from '#shared/metrics/turn-forecast.ts';
import { useMoveCost } from '../chat/use-move-cost.ts';
import type { Page } from '../state/page.ts';
import { useChat, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { Popover } from '../ui/popover.tsx';
import { Select, type SelectOption } from '../ui/select.tsx';
import { TextArea } from '../ui/text-field.tsx';
import styles from './chat-settings.module.css';
import { SamplingFields } from './sampling-fields.tsx';

interface ChatSettingsValue {
  readonly systemPrompt: string;
  readonly sampling: Sampling;
  readonly overflow: OverflowPolicy;
}

/** System prompt and sampling of the open conversation; saved when the popover closes. */
export function ChatSettings() {
  const page = usePage();
  const [value, setValue] = useState<ChatSettingsValue | null>(null);
  const conversation = useChat(state => state.conversation);
  const changes =
    value !== null && conversation !== null && value.systemPrompt !== conversation.systemPrompt;
  const cost = useMoveCost(changes ? { kind: 'system-prompt', text: value.systemPrompt } : null);

  const change = (open: boolean) => {
    if (open) {
      setValue(currentSettings(page));
      return;
    }
    if (value !== null) saveSettings(page, value).catch(noteFailure(page.view));
    setValue(null);
  };

  return (
    <Popover
      title="Chat settings"
      side="top"
      align="start"
      open={value !== null}
      onOpenChange={change}
      trigger={
        <Button variant="quiet" size="small" icon={<SlidersHorizontal />}>
          Chat settings
        </Button>
      }
      footer={
        value !== null && (
          <>
            <Button
              variant="quiet"
              size="small"
              icon={<RotateCcw />}
              onClick={() => setValue({ ...value, sampling: samplingSchema.parse({}) })}
            >
              Restore defaults
            </Button>
            <Button
              variant="quiet"
              size="small"
              onClick={() => {
                page.connection.call('settings.update', value).catch(noteFailure(page.view));
              }}
            >
              Use for new chats too
            </Button>
          </>
        )
      }
    >
      {value !== null && (
        <div className={styles.fields}>
          <TextArea
            label="System prompt"
            description={systemPromptText(cost)}
            placeholder="None"
            rows={3}
            maxLength={100_000}
            value={value.systemPrompt}
            onValueChange={systemPrompt => setValue({ ...value, systemPrompt })}
          />
          <Select
            label="When the context is full"
            value={value.overflow}
            onValueChange={overflow => setValue({ ...value, overflow })}
            options={overflowOptions}
          />
          <SamplingFields
            sampling={value.sampling}
            onChange={sampling => setValue({ ...value, sampling })}
          />
        </div>
      )}
    </Popover>
  );
}

function systemPromptText(cost: TurnForecast | null): string {
  const what = 'Said to the model before the first turn.';
  if (cost === null) return `${what} Changing it makes the model read the conversation again.`;
  return `${what} With this change ${describeLaterCost(cost)}.`;
}

const overflowOptions: readonly SelectOption<OverflowPolicy>[] = [
  { value: 'stop', label: 'Stop and say so', description: 'Nothing is left out' },
  {
    value: 'drop-oldest',
    label: 'Leave out the oldest turns',
    description: 'Until half of the context is free',
  },
  {
    value: 'drop-middle',
    label: 'Leave out the middle',
    description: 'The first turn stays, the oldest after it go',
  },
];

function currentSettings({ chat, app }: Page): ChatSettingsValue {
  const source = chat.store.getState().conversation ?? app.getState().settings;
  return {
    systemPrompt: source?.systemPrompt ?? '',
    sampling: source?.sampling ?? samplingSchema.parse({}),
    overflow: source?.overflow ?? 'stop',
  };
}

/** A chat that does not exist yet is created to hold settings of its own. */
async function saveSettings(page: Page, value: ChatSettingsValue): Promise<void> {
  const before = currentSettings(page);
  const changed =
    before.systemPrompt !== value.systemPrompt ||
    before.overflow !== value.overflow ||
    JSON.stringify(before.sampling) !== JSON.stringify(value.sampling);
  if (!changed) return;
  const { chat, connection, drafts } = page;
  let { conversationId } = chat.store.getState();
  if (conversationId === null) {
    conversationId = (await connection.call('conversations.create', {})).id;
    drafts.write(conversationId, drafts.read(null));
    drafts.write(null, '');
    chat.open(conversationId);
  }
  await connection.call('conversations.update', { conversationId, ...value });
}
