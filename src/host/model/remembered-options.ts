import type { Settings } from '#shared/contract/settings.ts';
import type { LoadOptions } from '#shared/model/load.ts';

/** Models whose options are remembered; beyond them the one that was loaded longest ago is forgotten. */
export const rememberedModels = 100;

/** With these options as the newest entry. The order of the entries is that of the loads. */
export function rememberOptions(
  earlier: Settings['loadOptionsByModel'],
  { path, options }: { readonly path: string; readonly options: LoadOptions },
): Settings['loadOptionsByModel'] {
  const others = Object.entries(earlier).filter(([other]) => other !== path);
  return Object.fromEntries([...others, [path, options] as const].slice(-rememberedModels));
}
