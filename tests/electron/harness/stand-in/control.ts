import { runInThisContext } from 'node:vm';
import { endpoint } from './chromium.ts';
import * as electron from './electron.ts';

/** What the test asks for over the fork's channel, and what it gets back. */
export type ControlRequest =
  | {
      readonly type: 'evaluate';
      readonly id: number;
      readonly source: string;
      readonly argument: unknown;
    }
  | { readonly type: 'quit' };
export type ControlReply =
  | { readonly type: 'browser'; readonly endpoint: string }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly message: string };

/** The test's line into the app's process: what Playwright does over the inspector of a real Electron. */
export function openControl(): void {
  const send = process.send?.bind(process);
  if (send === undefined)
    throw new Error('The harness is started by launch-app.ts, with a channel.');
  const reply = (message: ControlReply) => send(message);
  void endpoint.then(url => reply({ type: 'browser', endpoint: url }));

  process.on('message', (request: ControlRequest) => {
    if (request.type === 'quit') electron.app.quit();
    else void evaluate(request).then(reply);
  });
  // A test that died must not leave its app behind.
  process.on('disconnect', () => electron.app.exit(1));
}

async function evaluate(request: ControlRequest & { type: 'evaluate' }): Promise<ControlReply> {
  const { id } = request;
  try {
    // It sees globals, as it would over the inspector, not this module.
    const run: unknown = runInThisContext(`(${request.source})`);
    if (typeof run !== 'function') throw new TypeError('evaluate takes a function');
    return { type: 'result', id, value: await run(electron, request.argument) };
  } catch (error) {
    return {
      type: 'error',
      id,
      message: error instanceof Error ? `${error.stack}` : String(error),
    };
  }
}
