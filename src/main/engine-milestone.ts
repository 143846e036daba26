import { clientPacketSchema, serverPacketSchema } from '#shared/rpc/packet.ts';
import type { Port } from '#shared/rpc/port.ts';

/** How far an engine process came: answered nothing yet, greeted, is in its first load, or past it. */
export type EngineMilestone = 'started' | 'greeted' | 'first-load' | 'past-first-load';

/**
 * The same port, and how far the engine behind it came. `onLoaded` is called when its first load
 * has succeeded. Past that, messages are no longer looked at.
 */
export function observeEngine(
  port: Port,
  onLoaded: () => void,
): { port: Port; milestone(): EngineMilestone } {
  let milestone: EngineMilestone = 'started';
  let helloId: number | undefined;
  let loadId: number | undefined;

  function sent(message: unknown): void {
    const parsed = clientPacketSchema.safeParse(message);
    if (!parsed.success) return;
    const packet = parsed.data;
    if (packet.type === 'call' && packet.name === 'engine.hello') helloId = packet.id;
    if (packet.type === 'open' && packet.name === 'model.load') {
      loadId = packet.id;
      milestone = 'first-load';
    }
  }

  function received(message: unknown): void {
    const parsed = serverPacketSchema.safeParse(message);
    if (!parsed.success) return;
    const packet = parsed.data;
    if (packet.id === helloId && packet.type === 'result' && milestone === 'started') {
      milestone = 'greeted';
    }
    if (packet.id === loadId && (packet.type === 'end' || packet.type === 'error')) {
      milestone = 'past-first-load';
      if (packet.type === 'end') onLoaded();
    }
  }

  return {
    milestone: () => milestone,
    port: {
      send(message) {
        if (milestone !== 'past-first-load') sent(message);
        port.send(message);
      },
      onMessage(listener) {
        port.onMessage(message => {
          if (milestone !== 'past-first-load') received(message);
          listener(message);
        });
      },
      onClose: listener => port.onClose(listener),
      close: () => port.close(),
    },
  };
}
