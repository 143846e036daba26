// Loaded with `node --import` before the app's main bundle: from here on `electron` is the stand-in.
import { registerHooks } from 'node:module';

const standIn = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});

// Electron's own process has no such flags: a fork of the app's must not inherit them.
process.execArgv.splice(0);

const { openControl } = await import('./control.ts');
openControl();
