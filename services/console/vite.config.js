import { fileURLToPath } from 'node:url';

const gateway = fileURLToPath(new URL('../gateway/public/console', import.meta.url));

/** The gateway serves the files under any path, so that they name each other relatively. */
const config = {
  base: './',
  publicDir: 'static',
  oxc: { jsx: { runtime: 'automatic' } },
  resolve: { conditions: ['millrace', 'module', 'browser', 'production'] },
  build: {
    outDir: gateway,
    emptyOutDir: true,
    target: 'es2022',
    // A file of its own, whatever its size: the policy of the page allows no `data:` URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // scripts/console.mjs bounds what is sent.
    chunkSizeWarningLimit: 2_000,
  },
};

// Vite reads the default export of this file.
export { config as default };
