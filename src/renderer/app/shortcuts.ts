export type ShortcutName =
  | 'send'
  | 'newline'
  | 'stop'
  | 'new-chat'
  | 'focus-composer'
  | 'toggle-monitor'
  | 'toggle-sidebar'
  | 'load-panel'
  | 'chat-page'
  | 'fit-page'
  | 'compare-page'
  | 'help'
  | 'next-region';

interface KeyCombination {
  /** `KeyboardEvent.code`: the place on the keyboard, whatever the layout or Alt make of it. */
  readonly code: string;
  readonly modifier: 'none' | 'primary' | 'alt' | 'shift';
  /** The key as it is labelled. */
  readonly key: string;
}

export interface Shortcut {
  readonly name: ShortcutName;
  readonly label: string;
  readonly keys: KeyCombination;
  /** Handled where it is typed, not by the window. */
  readonly local?: true;
}

const primary = (code: string, key: string): KeyCombination => ({ code, key, modifier: 'primary' });

/**
 * @param inBrowser browsers keep Ctrl+N and Ctrl+1 for themselves; there they have other combinations
 */
export function shortcutsFor(inBrowser: boolean): readonly Shortcut[] {
  const pageKey = (code: string, key: string): KeyCombination =>
    inBrowser ? { code, key, modifier: 'alt' } : primary(code, key);
  return [
    { name: 'send', label: 'Send the message', keys: plain('Enter'), local: true },
    {
      name: 'newline',
      label: 'New line in the message',
      keys: { code: 'Enter', key: 'Enter', modifier: 'shift' },
      local: true,
    },
    { name: 'stop', label: 'Stop the answer', keys: { ...plain('Escape'), key: 'Esc' } },
    {
      name: 'new-chat',
      label: 'New chat',
      keys: inBrowser ? { code: 'KeyN', key: 'N', modifier: 'alt' } : primary('KeyN', 'N'),
    },
    { name: 'focus-composer', label: 'Go to the message box', keys: primary('KeyL', 'L') },
    { name: 'load-panel', label: 'Load a model', keys: primary('KeyO', 'O') },
    { name: 'chat-page', label: 'Chat', keys: pageKey('Digit1', '1') },
    { name: 'fit-page', label: 'Fit', keys: pageKey('Digit2', '2') },
    { name: 'compare-page', label: 'Compare', keys: pageKey('Digit3', '3') },
    { name: 'toggle-sidebar', label: 'Show or hide conversations', keys: primary('KeyB', 'B') },
    { name: 'toggle-monitor', label: 'Show or hide the Monitor', keys: primary('KeyM', 'M') },
    { name: 'next-region', label: 'Go to the next part of the window', keys: plain('F6') },
    { name: 'help', label: 'Keyboard shortcuts', keys: primary('Slash', '/') },
  ];
}

function plain(code: string): KeyCombination {
  return { code, key: code, modifier: 'none' };
}

export interface PressedKey {
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Null when the key means nothing to the window. */
export function shortcutOf(
  pressed: PressedKey,
  shortcuts: readonly Shortcut[],
  isMac: boolean,
): ShortcutName | null {
  const primaryKey = isMac ? pressed.metaKey : pressed.ctrlKey;
  const otherKey = isMac ? pressed.ctrlKey : pressed.metaKey;
  if (otherKey) return null;
  const modifiers = [
    ...(primaryKey ? ['primary'] : []),
    ...(pressed.altKey ? ['alt'] : []),
    ...(pressed.shiftKey ? ['shift'] : []),
  ];
  if (modifiers.length > 1) return null;
  const modifier = modifiers[0] ?? 'none';
  const found = shortcuts.find(
    ({ keys, local }) => !local && keys.code === pressed.code && keys.modifier === modifier,
  );
  return found?.name ?? null;
}

/** The keys as they are written on the keyboard of this system, in the order they are pressed. */
export function keyLabels({ keys }: Shortcut, isMac: boolean): string[] {
  const modifier = {
    none: [],
    primary: [isMac ? '⌘' : 'Ctrl'],
    alt: [isMac ? '⌥' : 'Alt'],
    shift: [isMac ? '⇧' : 'Shift'],
  }[keys.modifier];
  return [...modifier, keys.key];
}
