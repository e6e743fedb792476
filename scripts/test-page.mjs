/**
 * Pages for a real browser that are not the product: the one on which executors are tested (src/testing/browser) and the one
 * on which experiments are trained (src/testing/replication). Each is built apart from the product, as a production build,
 * and served on a free port of its own.
 */
import { join } from 'node:path';
import { build, preview } from 'vite';
import { generate } from './generate.mjs';
import { root } from './setup.mjs';

/** @typedef {{ url: string, close: () => Promise<void> }} ServedPage */

/** @returns {Promise<ServedPage>} */
export const serveTestPage = () => servePage('src/testing/browser/index.html', 'test-page');

/** @returns {Promise<ServedPage>} */
export const serveReplicationPage = () => servePage('src/testing/replication/index.html', 'replication-page');

/**
 * @param {string} source
 * @param {string} folder of the build, so that two pages can be served at once
 */
async function servePage(source, folder) {
  generate();
  const outDir = join(root, 'node_modules/.cache/memory-playground', folder);
  const options = { root, logLevel: /** @type {const} */ ('warn') };
  await build({
    ...options,
    publicDir: false,
    build: { outDir, emptyOutDir: true, rolldownOptions: { input: join(root, source) } },
  });
  const server = await preview({ ...options, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } });
  const [address] = server.resolvedUrls?.local ?? [];
  if (!address) throw new Error('the page has no address');
  return { url: new URL(source, address).href, close: () => server.close() };
}
