import { modelFromText, modelText } from '../fit/fit-choice.ts';
import type { Page } from './page.ts';

/** The open conversation is in the address, so that a reload comes back to it. */
export function addressOf(conversationId: string): string {
  return `#chat=${conversationId}`;
}

/** Keeps the address and the window's title those of the page that is shown and what is open on it. */
export function keepAddress({ chat, fit, compare, view }: Page): void {
  const asked = new URLSearchParams(location.hash.slice(1));
  const conversation = asked.get('chat');
  if (conversation !== null) chat.open(conversation);
  const planned = asked.get('fit');
  if (planned !== null) {
    const model = modelFromText(planned);
    if (model !== null) fit.choose(model);
    view.setState({ page: 'fit' });
  }
  const compared = asked.get('compare');
  if (compared !== null) {
    if (compared !== '') compare.open(compared);
    view.setState({ page: 'compare' });
  }

  const fragment = () => {
    if (view.getState().page === 'fit') {
      return `#${new URLSearchParams({ fit: modelText(fit.store.getState().choice.model) })}`;
    }
    if (view.getState().page === 'compare') {
      const id = compare.store.getState().shown?.saved?.id;
      return id === undefined ? '#compare' : `#compare=${id}`;
    }
    const { conversationId } = chat.store.getState();
    return conversationId === null ? '' : addressOf(conversationId);
  };
  const title = () => {
    if (view.getState().page === 'fit') return 'Fit – Headroom';
    if (view.getState().page === 'compare') return 'Compare – Headroom';
    const name = chat.store.getState().conversation?.title;
    return name === undefined ? 'Headroom' : `${name} – Headroom`;
  };
  let written = '';
  const keep = () => {
    document.title = title();
    const next = fragment();
    if (next === written) return;
    written = next;
    history.replaceState(null, '', location.pathname + location.search + next);
  };
  chat.store.subscribe(keep);
  fit.store.subscribe(keep);
  compare.store.subscribe(keep);
  view.subscribe(keep);
}
