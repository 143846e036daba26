// Who may import whom. The table is docs/architecture.md as a value; `npm run check` enforces it.
// dependency-cruiser reads TypeScript through the compiler's JavaScript API, which TypeScript 7 no
// longer has, so the imports are read with Vite's own parser.
import type { Import, Module } from './module-graph.ts';

interface FolderRule {
  /** The folders of src/ whose modules may be imported. */
  readonly folders: readonly string[];
  /** Folders of which only the types may be imported. */
  readonly typesOf?: readonly string[];
  /** The packages that may be imported. */
  readonly packages: readonly string[];
  /** Whether Node's own modules may be imported. */
  readonly node: boolean;
}

const RULES: Readonly<Record<string, FolderRule>> = {
  shared: { folders: ['shared'], packages: ['zod'], node: false },
  engine: { folders: ['engine', 'shared'], packages: ['node-llama-cpp', 'zod'], node: true },
  host: {
    folders: ['host', 'shared'],
    packages: ['zod', 'env-paths', 'write-file-atomic'],
    node: true,
  },
  main: {
    folders: ['main', 'host', 'shared'],
    packages: ['electron', 'write-file-atomic', 'zod'],
    node: true,
  },
  server: {
    folders: ['server', 'host', 'shared'],
    packages: ['ws', 'sirv', 'open', 'zod'],
    node: true,
  },
  cli: {
    folders: ['cli', 'server', 'host', 'shared'],
    packages: ['commander', 'open', 'zod'],
    node: true,
  },
  preload: { folders: ['preload'], typesOf: ['shared'], packages: ['electron'], node: false },
  renderer: {
    folders: ['renderer', 'shared'],
    packages: [
      '@base-ui/react',
      'lucide-react',
      'react',
      'react-dom',
      'react-markdown',
      'recharts',
      'remark-gfm',
      'uplot',
      'zod',
      'zustand',
    ],
    node: false,
  },
};

/** Every breach of the rules, one sentence each, in the order of the files. */
export function findViolations(modules: readonly Module[]): string[] {
  return [...modules.flatMap(findForbiddenImports), ...findCycles(modules)];
}

function findForbiddenImports(module: Module): string[] {
  const folder = folderOf(module.path);
  if (folder === undefined) {
    return [];
  }
  const rule = RULES[folder];
  if (rule === undefined) {
    return [`${module.path}: src/${folder} has no import rules; add them to import-rules.ts`];
  }
  return module.imports
    .filter(entry => !isAllowed(rule, entry))
    .map(
      entry =>
        `${module.path}:${entry.line}: ${folder} may not import "${entry.specifier}"${
          isTypesOnlyBreach(rule, entry) ? ' other than as types' : ''
        }`,
    );
}

function isAllowed(rule: FolderRule, entry: Import): boolean {
  switch (entry.target.kind) {
    case 'node':
      return rule.node;
    case 'package':
      return rule.packages.includes(entry.target.name);
    case 'file': {
      const folder = folderOf(entry.target.path);
      return (
        folder !== undefined &&
        (rule.folders.includes(folder) ||
          (entry.typesOnly && (rule.typesOf?.includes(folder) ?? false)))
      );
    }
  }
}

function isTypesOnlyBreach(rule: FolderRule, entry: Import): boolean {
  return (
    entry.target.kind === 'file' &&
    (rule.typesOf?.includes(folderOf(entry.target.path) ?? '') ?? false)
  );
}

/** `engine` for `src/engine/x.ts`; undefined outside of src/. */
function folderOf(file: string): string | undefined {
  const [top, folder, ...rest] = file.split('/');
  return top === 'src' && rest.length > 0 ? folder : undefined;
}

/** Each group of modules that import each other in a circle, as one sentence. */
function findCycles(modules: readonly Module[]): string[] {
  const imports = new Map(
    modules.map(module => [
      module.path,
      module.imports.flatMap(({ target }) => (target.kind === 'file' ? [target.path] : [])),
    ]),
  );
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) {
      cycles.push(`import cycle: ${[...trail.slice(start), file].join(' -> ')}`);
      return;
    }
    if (finished.has(file)) {
      return;
    }
    for (const next of imports.get(file) ?? []) {
      visit(next, [...trail, file]);
    }
    finished.add(file);
  };
  for (const module of modules) {
    visit(module.path, []);
  }
  return cycles;
}
