import { describe, expect, it } from 'vitest';
import { keyLabels, shortcutOf, shortcutsFor } from '#renderer/app/shortcuts.ts';

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const inApp = shortcutsFor(false);
const inBrowser = shortcutsFor(true);

describe('shortcuts', () => {
  it('do not fire while a character is typed', () => {
    expect(shortcutOf({ ...none, code: 'KeyN' }, inApp, false)).toBeNull();
  });

  it('use the key of the system at hand', () => {
    const control = { ...none, code: 'KeyM', ctrlKey: true };
    const command = { ...none, code: 'KeyM', metaKey: true };
    expect(shortcutOf(control, inApp, false)).toBe('toggle-monitor');
    expect(shortcutOf(command, inApp, true)).toBe('toggle-monitor');
    expect(shortcutOf(control, inApp, true)).toBeNull();
    expect(shortcutOf(command, inApp, false)).toBeNull();
  });

  it('do not take combinations with further modifiers, which belong to others', () => {
    const pressed = { ...none, code: 'KeyO', ctrlKey: true, shiftKey: true };
    expect(shortcutOf(pressed, inApp, false)).toBeNull();
  });

  it('leave to the composer what is typed there', () => {
    expect(shortcutOf({ ...none, code: 'Enter' }, inApp, false)).toBeNull();
  });

  it('offer no combination in a browser that the browser never passes on', () => {
    const newChat = inBrowser.find(({ name }) => name === 'new-chat');
    expect(newChat && keyLabels(newChat, false)).toEqual(['Alt', 'N']);
    expect(shortcutOf({ ...none, code: 'KeyN', altKey: true }, inBrowser, false)).toBe('new-chat');
  });

  it('mean one thing each', () => {
    for (const shortcuts of [inApp, inBrowser]) {
      const keys = shortcuts.map(shortcut => keyLabels(shortcut, false).join('+'));
      expect(new Set(keys).size).toBe(keys.length);
    }
  });
});
