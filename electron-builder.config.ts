import type { Configuration } from 'electron-builder';

/**
 * What goes into the archive. The llama.cpp binaries of other systems and processors are left out,
 * every GPU variant for this one stays: npm installs some that cannot run here, and together they
 * are 700 MB. The whole list is per system because a list that only leaves out, added to a common
 * one, makes electron-builder take everything else in the project as well.
 */
function packagedFiles(system: 'linux' | 'mac' | 'win'): string[] {
  return [
    'dist/**',
    'package.json',
    '!**/*.map',
    // An optional peer of node-llama-cpp that only its project generator uses.
    '!node_modules/{typescript,@typescript}/**',
    `!node_modules/@node-llama-cpp/!(${system}-\${arch}*)/**`,
  ];
}

export default {
  appId: 'org.headroom.app',
  productName: 'Headroom',
  directories: { buildResources: 'resources', output: 'release' },
  // llama.cpp maps its libraries and models into memory: they cannot be inside of the archive.
  asar: true,
  asarUnpack: ['node_modules/node-llama-cpp/**', 'node_modules/@node-llama-cpp/**'],
  extraResources: [{ from: 'resources/demo-model.gguf', to: 'models/demo-model.gguf' }],
  npmRebuild: false,
  publish: null,
  electronFuses: {
    // node-llama-cpp tests its binary in a forked child, which needs Electron to run as Node.
    runAsNode: true,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  },
  fileAssociations: [
    { ext: 'gguf', name: 'GGUF model', role: 'Viewer', mimeType: 'application/x-gguf' },
  ],
  linux: {
    category: 'Utility',
    target: ['AppImage', 'tar.gz'],
    files: packagedFiles('linux'),
  },
  mac: {
    category: 'public.app-category.developer-tools',
    target: ['dmg', 'zip'],
    files: packagedFiles('mac'),
  },
  win: { target: ['nsis'], files: packagedFiles('win') },
} satisfies Configuration;
