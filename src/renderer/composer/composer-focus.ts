export const composerId = 'composer';

export function focusComposer(): void {
  document.getElementById(composerId)?.focus();
}
