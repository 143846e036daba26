/** Whether a model's path is a web address: it can be described and planned for then, but not loaded. */
export function isRemote(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

/** Whether an address is written to its end, as far as that can be told: nothing else is ever asked for. */
export function isWholeAddress(path: string): boolean {
  return /^https?:\/\/[^/?#]+\/[^?#]*\.gguf(?:[?#]|$)/i.test(path);
}
