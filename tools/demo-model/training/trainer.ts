import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { WORK_DIRECTORY } from '../work-directory.ts';

/** The system's own comes second: a version manager's is often first on the path and has no PyTorch. */
const PYTHONS = ['python3', '/usr/bin/python3'];
/** One thread a core of the machine that the published model was trained on. */
const THREADS = '2';

/** glibc keeps freed memory instead of mapping it anew for every tensor: a fifth more tokens a second. */
const KEEP_MEMORY = {
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: String(4 * 1024 ** 3),
  MALLOC_TOP_PAD_: String(256 * 1024 ** 2),
};

/** Runs train.py on the work directory. @throws Error where there is no PyTorch or it fails */
export async function runTrainer(command: 'train' | 'refine' | 'logits'): Promise<void> {
  const python = PYTHONS.find(
    candidate => spawnSync(candidate, ['-c', 'import torch']).status === 0,
  );
  if (python === undefined) {
    throw new Error(
      'Training needs PyTorch, and no Python here has it. On Debian: apt-get install python3-torch ' +
        'libopenblas0-openmp',
    );
  }
  const child = spawn(python, [join(import.meta.dirname, 'train.py'), command, WORK_DIRECTORY], {
    stdio: 'inherit',
    env: { ...process.env, ...KEEP_MEMORY, OMP_NUM_THREADS: THREADS },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`train.py ${command} ended with exit code ${code}.`);
}
