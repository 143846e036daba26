// npm run setup: all the set-up that npm start does, without starting anything.
import { prepare } from './prepare.mjs';
import { runMain } from './step.mjs';

await runMain(() =>
  prepare(async () => {
    process.stdout.write('Headroom is ready. Open it with "npm start".\n');
    return 0;
  }),
);
