import { useStore } from 'zustand';
import { describeLoadProgress } from '../app/model-facts.ts';
import { useApp, useChat, usePage } from '../state/page-context.tsx';

/** Why nothing can be asked at the moment, in words; null when something can. */
export function useObstacle(): string | null {
  const { connection } = usePage();
  const connected = useStore(connection.status, status => status.phase === 'open');
  const connecting = useStore(connection.status, status => status.phase === 'connecting');
  const model = useApp(state => state.model);
  const engine = useApp(state => state.engine);
  const broken = useChat(state => state.error !== null);
  if (connecting) return 'Connecting';
  if (!connected) return 'Not connected';
  if (broken) return 'This conversation cannot be opened';
  if (engine?.phase === 'crashed') {
    return engine.restarting
      ? 'The engine has stopped and is being started again'
      : 'The engine has stopped';
  }
  switch (model?.phase) {
    case 'loaded':
      return null;
    case 'loading':
      return describeLoadProgress(model.progress);
    case 'unloading':
      return 'The model is being unloaded';
    case 'lent':
      return 'A measurement has the engine';
    case 'none':
    case undefined:
      return 'Load a model to chat';
  }
}
