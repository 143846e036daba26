import { RotateCcw, SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { type Sampling, samplingSchema } from '#shared/chat/sampling.ts';
import type { Page } from '../state/page.ts';
import { usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { Popover } from '../ui/popover.tsx';
import { TextArea } from '../ui/text-field.tsx';
import styles from './chat-settings.module.css';
import { SamplingFields } from './sampling-fields.tsx';

interface ChatSettingsValue {
  readonly systemPrompt: string;
  readonly sampling: Sampling;
}

/** System prompt and sampling of the open conversation; saved when the popover closes. */
export function ChatSettings() {
  const page = usePage();
  const [value, setValue] = useState<ChatSettingsValue | null>(null);

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
            description="Said to the model before the first turn. Changing it makes the model read the conversation again."
            placeholder="None"
            rows={3}
            maxLength={100_000}
            value={value.systemPrompt}
            onValueChange={systemPrompt => setValue({ ...value, systemPrompt })}
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

function currentSettings({ chat, app }: Page): ChatSettingsValue {
  const source = chat.store.getState().conversation ?? app.getState().settings;
  return {
    systemPrompt: source?.systemPrompt ?? '',
    sampling: source?.sampling ?? samplingSchema.parse({}),
  };
}

/** A chat that does not exist yet is created to hold settings of its own. */
async function saveSettings(page: Page, value: ChatSettingsValue): Promise<void> {
  const before = currentSettings(page);
  const changed =
    before.systemPrompt !== value.systemPrompt ||
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
