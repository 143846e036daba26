import type Electron from 'electron';
import type { DevtoolsSession } from './devtools.ts';
import { cloneOrThrow, MessagePortMain } from './message-channel.ts';
import { entryName, type FromPage, type ToPage } from './page-worlds.ts';
import { fromChromium } from './scheme-mapping.ts';
import { createWireFormat } from './wire-value.ts';

const format = createWireFormat();

/** A frame with the document that it shows: `WebFrameMain`, and the way into its preload's world. */
export class WebFrameMain
  implements Pick<Electron.WebFrameMain, 'url' | 'postMessage' | 'send' | 'isDestroyed'>
{
  readonly parent: WebFrameMain | null;
  readonly #session: DevtoolsSession;
  readonly #ports = new Map<number, { receiveFromPage(packet: FromPage): void }>();
  #chromiumUrl = 'about:blank';
  #contextId: number | undefined;
  #nextPort = 1;

  constructor(session: DevtoolsSession, parent: WebFrameMain | null) {
    this.#session = session;
    this.parent = parent;
  }

  get url(): string {
    return fromChromium(this.#chromiumUrl);
  }

  get origin(): string {
    const { protocol, host } = new URL(this.url);
    return `${protocol}//${host}`;
  }

  navigated(chromiumUrl: string): void {
    this.#chromiumUrl = chromiumUrl;
  }

  /** The preload's world of the document that is now in the frame; undefined while there is none. */
  enterContext(contextId: number | undefined): void {
    this.#contextId = contextId;
    for (const [port, link] of this.#ports) link.receiveFromPage({ type: 'port-close', port });
    this.#ports.clear();
  }

  hasContext(contextId: number): boolean {
    return this.#contextId === contextId;
  }

  isDestroyed(): boolean {
    return this.#contextId === undefined;
  }

  send(channel: string, ...args: unknown[]): void {
    this.#deliver({ type: 'ipc', channel, args, ports: [] });
  }

  postMessage(channel: string, message: unknown, transfer: readonly unknown[] = []): void {
    const copy = cloneOrThrow(message);
    const links: (() => void)[] = [];
    const ports = transfer.map(port => {
      if (!(port instanceof MessagePortMain)) {
        throw new TypeError('Only ports can be transferred.');
      }
      const id = this.#nextPort++;
      links.push(() => this.#link(id, port));
      return id;
    });
    this.#deliver({ type: 'ipc', channel, args: [copy], ports });
    for (const link of links) link();
  }

  /** A port's message or close, from the page. */
  receive(packet: FromPage & { port: number }): void {
    this.#ports.get(packet.port)?.receiveFromPage(packet);
  }

  #link(id: number, port: MessagePortMain): void {
    const near = port.transferTo({
      receive: message => this.#deliver({ type: 'port-message', port: id, message }),
      closed: () => {
        this.#ports.delete(id);
        this.#deliver({ type: 'port-close', port: id });
      },
    });
    this.#ports.set(id, {
      receiveFromPage: packet => {
        if (packet.type === 'port-message') near.receive(packet.message);
        else if (packet.type === 'port-close') {
          this.#ports.delete(id);
          near.closed();
        }
      },
    });
  }

  #deliver(packet: ToPage): void {
    if (this.#contextId === undefined) return;
    const text = JSON.stringify(format.encode(packet));
    this.#session
      .send('Runtime.evaluate', {
        expression: `globalThis[${JSON.stringify(entryName)}](${text})`,
        contextId: this.#contextId,
      })
      // The document went away in between, as it may between any two processes.
      .catch(() => {});
  }
}
