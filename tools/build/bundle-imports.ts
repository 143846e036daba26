import { isBuiltin } from 'node:module';

/** The part of a finished chunk that says what it still imports and what was bundled into it. */
export interface ChunkImports {
  readonly fileName: string;
  readonly imports: readonly string[];
  readonly dynamicImports: readonly string[];
  readonly moduleIds: readonly string[];
}

/** What a finished bundle may import at run time, beside its own chunks. */
export interface AllowedImports {
  /** Whether Node's own modules may be imported. */
  readonly node: boolean;
  readonly packages: readonly string[];
}

/** What Vite puts in the place of a Node module that a page imports. */
const BROWSER_STAND_IN = '__vite-browser-external';

/** The imports of a bundle that must not be there, one sentence each. */
export function describeForeignImports(
  bundle: string,
  chunks: readonly ChunkImports[],
  allowed: AllowedImports,
): string[] {
  const own = new Set(chunks.map(chunk => chunk.fileName));
  const isAllowed = (specifier: string): boolean =>
    own.has(specifier) ||
    (allowed.node && isBuiltin(specifier)) ||
    allowed.packages.some(name => specifier === name || specifier.startsWith(`${name}/`));
  return chunks.flatMap(chunk => {
    const file = `dist/${bundle}/${chunk.fileName}`;
    const foreign = [...chunk.imports, ...chunk.dynamicImports].filter(name => !isAllowed(name));
    const standIns = chunk.moduleIds.filter(id => id.includes(BROWSER_STAND_IN));
    return [
      ...foreign.map(specifier => `${file} must not import "${specifier}".`),
      ...standIns.map(
        id => `${file} must not use the Node module "${id.split(':').at(-1) ?? id}".`,
      ),
    ];
  });
}
