import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { parseSync, Visitor } from 'vite';

/** Where an import leads. Paths are relative to the root, with forward slashes. */
type ImportTarget =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'node' }
  | { readonly kind: 'package'; readonly name: string };

/** One import of a module, with its place in the file (lines count from 1). */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  readonly typesOnly: boolean;
  readonly target: ImportTarget;
}

export interface Module {
  readonly path: string;
  readonly imports: readonly Import[];
}

/** Reads every TypeScript module below `folder` of a project and what each imports. */
export async function readModules(root: string, folder: string): Promise<Module[]> {
  const aliases = await readAliases(root);
  const entries = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map(entry => toPosix(path.relative(root, path.join(entry.parentPath, entry.name))))
    .sort();
  return await Promise.all(
    files.map(async file => ({
      path: file,
      imports: readImports(file, await readFile(path.join(root, file), 'utf8'), aliases),
    })),
  );
}

/**
 * The imports of one module: static ones, re-exports, `import()`, `require()` and `import()` types.
 *
 * @param aliases prefix -> folder, from the `imports` of package.json (`#shared/` -> `src/shared/`)
 * @throws when the file does not parse
 */
function readImports(file: string, source: string, aliases: ReadonlyMap<string, string>): Import[] {
  const parsed = parseSync(file, source);
  const [error] = parsed.errors;
  if (error !== undefined) {
    throw new Error(`${file} does not parse: ${error.message}`);
  }
  const found: Import[] = [];
  const add = (specifier: string, offset: number, typesOnly: boolean): void => {
    const line = source.slice(0, offset).split('\n').length;
    found.push({ specifier, line, typesOnly, target: resolveTarget(file, specifier, aliases) });
  };
  new Visitor({
    ImportDeclaration(node) {
      const typesOnly =
        node.importKind === 'type' ||
        (node.specifiers.length > 0 &&
          node.specifiers.every(
            specifier => specifier.type === 'ImportSpecifier' && specifier.importKind === 'type',
          ));
      add(node.source.value, node.start, typesOnly);
    },
    ExportAllDeclaration(node) {
      add(node.source.value, node.start, node.exportKind === 'type');
    },
    ExportNamedDeclaration(node) {
      if (node.source !== null) {
        add(node.source.value, node.start, node.exportKind === 'type');
      }
    },
    ImportExpression(node) {
      if (node.source.type === 'Literal' && typeof node.source.value === 'string') {
        add(node.source.value, node.start, false);
      }
    },
    TSImportType(node) {
      add(node.source.value, node.start, true);
    },
    CallExpression(node) {
      const [argument] = node.arguments;
      if (
        node.callee.type === 'Identifier' &&
        node.callee.name === 'require' &&
        argument?.type === 'Literal' &&
        typeof argument.value === 'string'
      ) {
        add(argument.value, node.start, false);
      }
    },
  }).visit(parsed.program);
  return found;
}

function resolveTarget(
  file: string,
  specifier: string,
  aliases: ReadonlyMap<string, string>,
): ImportTarget {
  if (specifier.startsWith('.')) {
    return { kind: 'file', path: path.posix.join(path.posix.dirname(file), specifier) };
  }
  for (const [prefix, folder] of aliases) {
    if (specifier.startsWith(prefix)) {
      return { kind: 'file', path: folder + specifier.slice(prefix.length) };
    }
  }
  if (isBuiltin(specifier)) {
    return { kind: 'node' };
  }
  const parts = specifier.split('/');
  return { kind: 'package', name: parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/') };
}

async function readAliases(root: string): Promise<Map<string, string>> {
  const manifest: unknown = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const imports =
    typeof manifest === 'object' && manifest !== null && 'imports' in manifest
      ? manifest.imports
      : undefined;
  return new Map(
    Object.entries(imports ?? {}).map(([key, value]) => [
      key.replace(/\*$/, ''),
      path.posix.normalize(String(value).replace(/\*$/, '')),
    ]),
  );
}

function toPosix(file: string): string {
  return file.split(path.sep).join('/');
}
