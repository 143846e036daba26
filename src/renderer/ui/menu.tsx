import { Menu as BaseMenu } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import styles from './menu.module.css';

export type MenuEntry =
  | {
      readonly kind: 'action';
      readonly label: string;
      readonly icon?: ReactNode;
      readonly shortcut?: string;
      readonly tone?: 'danger';
      readonly disabled?: boolean;
      onSelect(): void;
    }
  | {
      readonly kind: 'choice';
      readonly label: string;
      readonly value: string;
      readonly options: readonly { readonly value: string; readonly label: string }[];
      onSelect(value: string): void;
    }
  | { readonly kind: 'separator' };

export interface MenuProps {
  /** A button; it gets the menu's events and state. */
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly entries: readonly MenuEntry[];
  readonly align?: 'start' | 'end';
}

export function Menu({ trigger, entries, align = 'end' }: MenuProps) {
  return (
    <BaseMenu.Root modal={false}>
      <BaseMenu.Trigger render={trigger} />
      <MenuPopup entries={entries} align={align} />
    </BaseMenu.Root>
  );
}

export interface AnchoredMenuProps {
  readonly entries: readonly MenuEntry[];
  /** Where it opens, and where the focus goes when nothing was chosen. */
  readonly anchor: HTMLElement;
  onClose(): void;
}

/** A menu that is open as long as it is rendered: one for a long list, instead of one per row. */
export function AnchoredMenu({ entries, anchor, onClose }: AnchoredMenuProps) {
  return (
    <BaseMenu.Root
      open
      modal={false}
      onOpenChange={(open, { reason }) => {
        if (open) return;
        if (reason === 'escape-key') anchor.focus();
        // An entry says itself what comes next.
        if (reason !== 'item-press') onClose();
      }}
    >
      <MenuPopup entries={entries} align="end" anchor={anchor} />
    </BaseMenu.Root>
  );
}

interface MenuPopupProps {
  readonly entries: readonly MenuEntry[];
  readonly align: 'start' | 'end';
  readonly anchor?: HTMLElement;
}

function MenuPopup({ entries, align, anchor }: MenuPopupProps) {
  return (
    <BaseMenu.Portal>
      <BaseMenu.Positioner
        className={styles.positioner}
        align={align}
        sideOffset={4}
        collisionPadding={8}
        {...(anchor === undefined ? {} : { anchor })}
      >
        <BaseMenu.Popup
          className={styles.popup}
          {...(anchor === undefined ? {} : { finalFocus: false })}
        >
          {entries.map((entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries never move within a menu
            <Entry key={index} entry={entry} />
          ))}
        </BaseMenu.Popup>
      </BaseMenu.Positioner>
    </BaseMenu.Portal>
  );
}

function Entry({ entry }: { readonly entry: MenuEntry }) {
  switch (entry.kind) {
    case 'separator':
      return <BaseMenu.Separator className={styles.separator} />;
    case 'choice':
      return (
        <BaseMenu.Group>
          <BaseMenu.GroupLabel className={styles.groupLabel}>{entry.label}</BaseMenu.GroupLabel>
          <BaseMenu.RadioGroup value={entry.value} onValueChange={value => entry.onSelect(value)}>
            {entry.options.map(option => (
              <BaseMenu.RadioItem
                key={option.value}
                value={option.value}
                className={styles.item}
                closeOnClick
              >
                <span className={styles.icon}>
                  <BaseMenu.RadioItemIndicator>
                    <Check aria-hidden="true" />
                  </BaseMenu.RadioItemIndicator>
                </span>
                {option.label}
              </BaseMenu.RadioItem>
            ))}
          </BaseMenu.RadioGroup>
        </BaseMenu.Group>
      );
    case 'action':
      return (
        <BaseMenu.Item
          className={styles.item}
          data-tone={entry.tone}
          disabled={entry.disabled ?? false}
          onClick={() => entry.onSelect()}
        >
          <span className={styles.icon}>{entry.icon}</span>
          {entry.label}
          {entry.shortcut !== undefined && <kbd className={styles.shortcut}>{entry.shortcut}</kbd>}
        </BaseMenu.Item>
      );
  }
}
