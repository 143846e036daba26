// npm start: all the set-up that is needed, then the app.
import { prepare } from './prepare.mjs';
import { parseStartOptions, START_HELP } from './start-options.mjs';
import { runMain } from './step.mjs';

await runMain(async () => {
  const options = parseStartOptions(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  if (options.help) {
    process.stdout.write(START_HELP);
    return 0;
  }
  // Loaded late: it needs the dependencies that prepare() installs.
  return await prepare(async () => (await import('./launch.mjs')).launch(options));
});
