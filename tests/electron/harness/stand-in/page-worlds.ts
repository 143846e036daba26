// What runs inside the page. Both functions are self-contained: their sources are sent to Chromium.
import type { WireFormat } from './wire-value.ts';

/** The isolated world that the preload runs in. */
export const preloadWorld = 'Electron Isolated Context';
/** The binding and the entry point that exist in that world alone. */
export const bindingName = '__electronHarnessSend';
export const entryName = '__electronHarnessReceive';

/** From the page to the stand-in, as text of the wire format. */
export type FromPage =
  | { readonly type: 'ipc'; readonly channel: string; readonly args: unknown[] }
  | { readonly type: 'port-message'; readonly port: number; readonly message: unknown }
  | { readonly type: 'port-close'; readonly port: number };

/** From the stand-in to the page. */
export type ToPage =
  | {
      readonly type: 'ipc';
      readonly channel: string;
      readonly args: unknown[];
      readonly ports: number[];
    }
  | { readonly type: 'port-message'; readonly port: number; readonly message: unknown }
  | { readonly type: 'port-close'; readonly port: number };

/** What crosses from the isolated to the page's own world: values as they are, functions by number. */
type Exposed =
  | { readonly kind: 'function'; readonly id: number }
  | { readonly kind: 'object'; readonly entries: [string, Exposed][] }
  | { readonly kind: 'value'; readonly value: unknown };

export interface WorldNames {
  readonly binding: string;
  readonly entry: string;
  /** Names the DOM events between the two worlds; a new one per launch, unknown to the page. */
  readonly secret: string;
}

/** `contextBridge` seen from the page: builds what the preload exposes out of plain descriptions. */
export function pageWorld(names: WorldNames): void {
  if (window.top !== window) return;

  const build = (exposed: Exposed): unknown => {
    switch (exposed.kind) {
      case 'value':
        return exposed.value;
      case 'object':
        return Object.freeze(
          Object.fromEntries(exposed.entries.map(([key, entry]) => [key, build(entry)])),
        );
      case 'function':
        return (...args: unknown[]) => call(exposed.id, args);
    }
  };

  function call(id: number, args: unknown[]): unknown {
    let copy: unknown[];
    try {
      copy = structuredClone(args);
    } catch {
      throw new Error('An object could not be cloned.');
    }
    let answer: { ok: boolean; value?: unknown; message?: string } | undefined;
    const receive = (event: Event) => {
      if (event instanceof CustomEvent) answer = event.detail;
    };
    window.addEventListener(`${names.secret}:answer`, receive, { once: true });
    window.dispatchEvent(new CustomEvent(`${names.secret}:call`, { detail: { id, args: copy } }));
    window.removeEventListener(`${names.secret}:answer`, receive);
    if (answer === undefined) throw new Error('The preload did not answer.');
    if (!answer.ok) throw new Error(answer.message);
    return answer.value;
  }

  window.addEventListener(`${names.secret}:expose`, event => {
    if (!(event instanceof CustomEvent)) return;
    const { key, exposed } = event.detail;
    Object.defineProperty(window, key, { value: build(exposed), enumerable: true });
  });
}

/** `contextBridge` and `ipcRenderer` in the isolated world, and then the preload itself. */
export function isolatedWorld(
  names: WorldNames,
  format: WireFormat,
  runPreload: (require: (name: string) => unknown) => void,
): void {
  // As in Electron, only the top frame gets a preload.
  if (window.top !== window) return;
  const world: Record<string, unknown> = Object.assign(globalThis);
  const binding = world[names.binding];
  if (typeof binding !== 'function') throw new Error('The harness has no binding in this world.');
  const send = (packet: FromPage) => binding(format.encode(packet));

  const listeners = new Map<string, ((event: unknown, ...args: unknown[]) => void)[]>();
  const ports = new Map<number, MessagePort>();
  const functions: ((...args: unknown[]) => unknown)[] = [];

  const openPort = (id: number): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    ports.set(id, port1);
    port1.onmessage = event => send({ type: 'port-message', port: id, message: event.data });
    port1.addEventListener('close', () => {
      if (ports.delete(id)) send({ type: 'port-close', port: id });
    });
    return port2;
  };

  Object.defineProperty(globalThis, names.entry, {
    value: (text: string) => {
      // Parsed boundary: the stand-in encoded it.
      const packet = format.decode(text) as ToPage;
      if (packet.type === 'ipc') {
        const event = { sender: ipcRenderer, ports: packet.ports.map(openPort) };
        for (const listener of listeners.get(packet.channel) ?? []) listener(event, ...packet.args);
      } else if (packet.type === 'port-message') {
        ports.get(packet.port)?.postMessage(packet.message);
      } else {
        ports.get(packet.port)?.close();
        ports.delete(packet.port);
      }
    },
  });

  const ipcRenderer = {
    on(channel: string, listener: (event: unknown, ...args: unknown[]) => void) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
    send(channel: string, ...args: unknown[]) {
      let copy: unknown[];
      try {
        copy = structuredClone(args);
      } catch {
        throw new Error('An object could not be cloned.');
      }
      send({ type: 'ipc', channel, args: copy });
    },
  };

  const describe = (value: unknown): Exposed => {
    if (typeof value === 'function') {
      functions.push((...args) => value(...args));
      return { kind: 'function', id: functions.length - 1 };
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const entries = Object.entries(value).map(([key, entry]): [string, Exposed] => [
        key,
        describe(entry),
      ]);
      return { kind: 'object', entries };
    }
    return { kind: 'value', value: structuredClone(value) };
  };

  const contextBridge = {
    exposeInMainWorld(key: string, api: unknown) {
      window.dispatchEvent(
        new CustomEvent(`${names.secret}:expose`, { detail: { key, exposed: describe(api) } }),
      );
    },
  };

  window.addEventListener(`${names.secret}:call`, event => {
    if (!(event instanceof CustomEvent)) return;
    const answer = (detail: unknown) =>
      window.dispatchEvent(new CustomEvent(`${names.secret}:answer`, { detail }));
    try {
      const value = functions[event.detail.id]?.(...event.detail.args);
      if (value instanceof Promise) throw new Error('The harness returns no promises to pages.');
      answer({ ok: true, value: structuredClone(value) });
    } catch (error) {
      answer({ ok: false, message: error instanceof Error ? error.message : String(error) });
    }
  });

  runPreload(name => {
    if (name !== 'electron') throw new Error(`module not found: ${name}`);
    return { contextBridge, ipcRenderer };
  });
}
