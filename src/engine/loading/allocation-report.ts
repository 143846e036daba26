import type { LoadActual } from '#shared/model/load.ts';

const mebibyte = 1024 * 1024;

const bufferLine = /(\S+)\s+(model|compute) buffer size =\s*([\d.]+) MiB/;
const cacheLine =
  /llama_kv_cache\S*: size =\s*[\d.]+ MiB \(\s*(\d+) cells,.*\/\s*(\d+) seqs\), K \([^)]+\):\s*([\d.]+) MiB, V \([^)]+\):\s*([\d.]+) MiB/;
const recurrentLine = /llama_memory_recurrent: size =\s*([\d.]+) MiB/;
const flashRequested = /flash_attn\s*=\s*(\w+)/;
const flashResolved = /Flash Attention (enabled|not supported)/;

/**
 * Reads llama.cpp's own allocation report (llama-model.cpp `load_tensors`, llama-kv-cache.cpp,
 * llama-memory-recurrent.cpp, llama-context.cpp `sched_reserve`). It prints mebibytes with two decimals, so every figure is
 * exact to 0.005 MiB. A sliding-window model has two caches: their bytes add up, and the cells are
 * those of the larger one, which the full-attention layers use.
 *
 * @param lines what was logged from the load of the weights (where they were loaded now) to the
 * creation of the context
 */
export function readAllocationReport(lines: readonly string[]): LoadActual {
  const model = new Map<string, number>();
  const compute = new Map<string, number>();
  let k: number | null = null;
  let v: number | null = null;
  let recurrent: number | null = null;
  let cells: number | null = null;
  let flashAttention: boolean | null = null;
  for (const line of lines) {
    const buffer = bufferLine.exec(line);
    if (buffer !== null) {
      const [, device = '', kind, size = ''] = buffer;
      // A graph reserved twice replaces its first buffer; a device's weights may come in parts.
      if (kind === 'compute') compute.set(device, Number(size));
      else model.set(device, (model.get(device) ?? 0) + Number(size));
    }
    const cache = cacheLine.exec(line);
    if (cache !== null) {
      // It names the cells of one sequence, and the bytes of all.
      cells = Math.max(cells ?? 0, Number(cache[1]) * Number(cache[2]));
      k = (k ?? 0) + Number(cache[3]);
      v = (v ?? 0) + Number(cache[4]);
    }
    const state = recurrentLine.exec(line);
    if (state !== null) recurrent = (recurrent ?? 0) + Number(state[1]);
    const requested = flashRequested.exec(line)?.[1];
    if (requested === 'enabled') flashAttention = true;
    else if (requested === 'disabled') flashAttention = false;
    const resolved = flashResolved.exec(line)?.[1];
    if (resolved !== undefined) flashAttention = resolved === 'enabled';
  }
  // A context without one kind of memory does not mention it.
  if (recurrent !== null) {
    k ??= 0;
    v ??= 0;
  } else if (k !== null) recurrent = 0;
  return {
    weightsBytes: sum(model),
    kvBytes: k === null || v === null ? null : toBytes(k + v),
    kvKBytes: toBytes(k),
    kvVBytes: toBytes(v),
    recurrentBytes: toBytes(recurrent),
    computeBytes: sum(compute),
    cells,
    flashAttention,
  };
}

function sum(sizes: ReadonlyMap<string, number>): number | null {
  if (sizes.size === 0) return null;
  return toBytes([...sizes.values()].reduce((total, size) => total + size, 0));
}

function toBytes(mebibytes: number | null): number | null {
  return mebibytes === null ? null : Math.round(mebibytes * mebibyte);
}
