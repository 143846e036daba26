import type { SettingsService } from '../settings/settings-service.ts';
import type { EngineSupervisor } from './supervisor.ts';

/** Tells every engine, and again whenever it changes, how far generation is held back. */
export function keepSlowMotion(engine: EngineSupervisor, settings: SettingsService): void {
  const tell = () => {
    if (engine.state.get().phase !== 'ready') return;
    const { slowMotion } = settings.current.get();
    // An engine that has died meanwhile is followed by one that is told.
    engine
      .session()
      .then(({ client }) => client.call('turn.pace', { tokensPerSecond: slowMotion }))
      .catch(() => {});
  };
  engine.state.subscribe(tell);
  let told = settings.current.get().slowMotion;
  settings.current.subscribe(({ slowMotion }) => {
    if (slowMotion === told) return;
    told = slowMotion;
    tell();
  });
}
