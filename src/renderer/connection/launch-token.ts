const storageKey = 'headroom.token';

/**
 * The browser shell's token of this launch. It comes once, in the address's fragment, which browsers
 * send to nobody; it is taken out of the address bar and kept for reloads of this tab.
 */
export function takeLaunchToken(): string {
  const fromAddress = new URLSearchParams(location.hash.slice(1)).get('token');
  if (fromAddress !== null) {
    sessionStorage.setItem(storageKey, fromAddress);
    history.replaceState(null, '', location.pathname + location.search);
    return fromAddress;
  }
  return sessionStorage.getItem(storageKey) ?? '';
}
