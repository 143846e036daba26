/** The part of a finished chunk that says what it still imports and what was bundled into it. */
export interface ChunkImports {
  readonly fileName: string;
  readonly imports: readonly string[];
  readonly dynamicImports: readonly string[];
  readonly moduleIds: readonly string[];
}

/** What Vite puts in the place of a Node module that a page imports. */
const BROWSER_STAND_IN = '__vite-browser-external';

/**
 * The imports of a bundle that are neither its own chunks nor allowed, one sentence each.
 *
 * @param allowed names of packages or patterns over specifiers
 */
export function describeForeignImports(
  bundle: string,
  chunks: readonly ChunkImports[],
  allowed: readonly (string | RegExp)[],
): string[] {
  const own = new Set(chunks.map(chunk => chunk.fileName));
  const isAllowed = (specifier: string): boolean =>
    own.has(specifier) ||
    allowed.some(rule =>
      typeof rule === 'string'
        ? specifier === rule || specifier.startsWith(`${rule}/`)
        : rule.test(specifier),
    );
  return chunks.flatMap(chunk => [
    ...[...chunk.imports, ...chunk.dynamicImports]
      .filter(specifier => !isAllowed(specifier))
      .map(specifier => `dist/${bundle}/${chunk.fileName} must not import "${specifier}".`),
    ...chunk.moduleIds
      .filter(id => id.includes(BROWSER_STAND_IN))
      .map(
        id => `dist/${bundle}/${chunk.fileName} uses a Node module: ${id.split(':').at(-1) ?? id}.`,
      ),
  ]);
}
