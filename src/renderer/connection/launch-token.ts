const storageKey = 'headroom.token';

/**
 * The browser shell's token of this launch. It comes once, in the address's fragment, which browsers
 * send to nobody; it is taken out of the address bar and kept for reloads of this tab.
 */
export function takeLaunchToken(): string {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const fromAddress = fragment.get('token');
  if (fromAddress === null) return sessionStorage.getItem(storageKey) ?? '';
  sessionStorage.setItem(storageKey, fromAddress);
  fragment.delete('token');
  const rest = fragment.size === 0 ? '' : `#${fragment}`;
  history.replaceState(null, '', location.pathname + location.search + rest);
  return fromAddress;
}
