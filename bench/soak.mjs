/**
 * `npm run soak`: trains on the built page for ten minutes at twenty snapshots a second, and watches what it keeps.
 *
 *     npm run soak -- [--preset ID] [--minutes N] [--every SECONDS] [--growth MIB] [--executor NAME] [--headed]
 *
 * Fails when the snapshots exceed their budget, or when the heap of page and worker without them grows by more than --growth.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { browserArguments, ensureBrowser } from '../scripts/browser.mjs';
import { generate } from '../scripts/generate.mjs';
import { ensureDependencies, root, runCommand, SetupError } from '../scripts/setup.mjs';

const mebibyte = 2 ** 20;

/**
 * What is read of the page since the reading before.
 * @typedef {object} Reading
 * @property {number} seconds of training, since its begin
 * @property {number} step
 * @property {number} stepsPerSecond
 * @property {number} snapshotsPerSecond that came to the page
 * @property {number} kept snapshots
 * @property {number} keptMebibytes
 * @property {number} budgetMebibytes
 * @property {number} heapMebibytes page and training worker after a collection
 * @property {string} executor what it says that it holds
 * @property {number} longTasks of the page, over 50 ms
 * @property {number} longest milliseconds
 */

/** @typedef {Window & { soak: { snapshots: number, longTasks: number, longest: number } }} Watching */

function readArguments() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        preset: { type: 'string', default: 'memformer-segments' },
        minutes: { type: 'string', default: '10' },
        every: { type: 'string', default: '20' },
        growth: { type: 'string', default: '8' },
        executor: { type: 'string', default: 'automatic' },
        headed: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new SetupError(error instanceof Error ? error.message : String(error));
  }
  const { preset, executor, headed } = values;
  const number = (/** @type {'minutes' | 'every' | 'growth'} */ name) => {
    const value = Number(values[name]);
    if (!(value > 0)) throw new SetupError(`--${name} must be a number above 0, not “${values[name]}”.`);
    return value;
  };
  const [minutes, every, growth] = [number('minutes'), number('every'), number('growth')];
  const readings = Math.floor((minutes * 60) / every);
  if (readings < 6)
    throw new SetupError(`${minutes} minutes hold ${readings} readings of ${every} s; six are needed.`);
  return { preset, executor, headed, every, growth, readings };
}

/**
 * Puts `bench/steady-pace.ts` in the place of the page's own pace. There are several workers; `replaced` tells whether one had it.
 */
function steadyPace() {
  const result = {
    replaced: false,
    plugin: {
      name: 'steady-pace',
      /** @type {'pre'} */
      enforce: 'pre',
      /** @param {string} source */
      resolveId(source) {
        if (!source.endsWith('/picture-pace.ts')) return null;
        result.replaced = true;
        return join(root, 'bench/steady-pace.ts');
      },
    },
  };
  return result;
}

/** Runs in the page before its own scripts: counts what comes from workers, and how long the page was busy. */
function watch() {
  const seen = { snapshots: 0, longTasks: 0, longest: 0 };
  Object.assign(window, { soak: seen });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      seen.longTasks++;
      seen.longest = Math.max(seen.longest, duration);
    }
  }).observe({ type: 'longtask' });
  window.Worker = class extends Worker {
    /** @param {[string | URL, WorkerOptions?]} given */
    constructor(...given) {
      super(...given);
      this.addEventListener('message', (/** @type {MessageEvent<{ type?: string } | null>} */ { data }) => {
        if (data?.type === 'snapshot') seen.snapshots++;
      });
    }
  };
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {(page: import('@playwright/test').Page) => Promise<{ page: number, worker: number }>} heapBytes
 * @param {number} seconds
 * @param {{ seconds: number, step: number } | null} before
 * @returns {Promise<Reading>}
 */
async function read(page, heapBytes, seconds, before) {
  const seen = await page.evaluate(() => ({
    .../** @type {Watching} */ (/** @type {unknown} */ (window)).soak,
  }));
  const step = Number((await page.getByTestId('step').innerText()).replace(/[^0-9]/g, ''));
  const history = (await page.getByText('Kept for looking back').textContent()) ?? '';
  const [, kept, keptMebibytes, budgetMebibytes] = (
    /([0-9]+) snapshots, ([0-9.]+) of at most ([0-9.]+) MiB/.exec(history) ?? []
  ).map(Number);
  if (kept === undefined || keptMebibytes === undefined || budgetMebibytes === undefined)
    throw new Error(`The page says of its snapshots: “${history}”`);
  const executor = ((await page.getByText('Memory in use').textContent()) ?? '').replace(
    'Memory in use: ',
    '',
  );
  const time = seconds - (before?.seconds ?? 0);
  const heap = await heapBytes(page);
  const heapMebibytes = (heap.page + heap.worker) / mebibyte;
  // The collection just made is none of the page's long tasks.
  await page.evaluate(() =>
    Object.assign(/** @type {Watching} */ (/** @type {unknown} */ (window)).soak, {
      snapshots: 0,
      longTasks: 0,
      longest: 0,
    }),
  );
  return {
    ...{ seconds, step, kept, keptMebibytes, budgetMebibytes, heapMebibytes, executor },
    stepsPerSecond: (step - (before?.step ?? 0)) / time,
    snapshotsPerSecond: seen.snapshots / time,
    longTasks: seen.longTasks,
    longest: seen.longest,
  };
}

const columns =
  'seconds     step  steps/s  snapshots/s   kept  kept MiB  heap MiB  without  long tasks  longest ms';

/** @param {Reading} reading */
function line(reading) {
  const cells = [
    reading.seconds.toFixed(0).padStart(7),
    String(reading.step).padStart(8),
    reading.stepsPerSecond.toFixed(0).padStart(8),
    reading.snapshotsPerSecond.toFixed(1).padStart(12),
    String(reading.kept).padStart(6),
    reading.keptMebibytes.toFixed(1).padStart(9),
    reading.heapMebibytes.toFixed(1).padStart(9),
    withoutSnapshots(reading).toFixed(1).padStart(8),
    String(reading.longTasks).padStart(11),
    reading.longest.toFixed(0).padStart(11),
  ];
  return cells.join(' ');
}

/** @param {Reading} reading */
const withoutSnapshots = ({ heapMebibytes, keptMebibytes }) => heapMebibytes - keptMebibytes;

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/**
 * The first reading is left out: what is loaded when first needed is still coming.
 * @param {Reading[]} readings
 * @param {number} bound MiB
 * @returns {boolean} whether all is as it should be
 */
function judge([, ...readings], bound) {
  const third = Math.floor(readings.length / 3);
  const without = readings.map(withoutSnapshots);
  const growth = median(without.slice(-third)) - median(without.slice(0, third));
  const most = Math.max(...readings.map(({ keptMebibytes }) => keptMebibytes));
  const budget = readings[0]?.budgetMebibytes ?? NaN;
  const pace = median(readings.map(({ snapshotsPerSecond }) => snapshotsPerSecond));
  console.log(
    `Snapshots: ${pace.toFixed(1)} a second (median), at most ${most.toFixed(1)} of ${budget.toFixed(1)} MiB kept.`,
  );
  console.log(
    `Heap without them: ${growth.toFixed(1)} MiB more in the last third than in the first (medians; bound ${bound}).`,
  );
  console.log(`The executor: first ${readings[0]?.executor} Last ${readings.at(-1)?.executor}`);
  return most <= budget && growth <= bound;
}

await runCommand(async () => {
  const options = readArguments();
  ensureDependencies();
  generate();
  const executablePath = ensureBrowser();
  const { build, createServer, preview } = await import('vite');
  const { chromium, expect } = await import('@playwright/test');
  const outDir = mkdtempSync(join(tmpdir(), 'soak-'));
  // Reads TypeScript, and serves nothing.
  const loader = await createServer({
    ...{ root, configFile: false, appType: 'custom', logLevel: 'error' },
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  /** @type {(() => Promise<unknown>)[]} */
  const closing = [() => loader.close()];
  try {
    const { heapBytes } = await loader.ssrLoadModule('/e2e/support/heap.ts');
    const pace = steadyPace();
    await build({
      ...{ root, logLevel: 'error', build: { outDir, emptyOutDir: true } },
      worker: { plugins: () => [pace.plugin] },
    });
    if (!pace.replaced)
      throw new Error('No worker imports picture-pace.ts any more; what sets the pace now?');
    const server = await preview({
      ...{ root, logLevel: 'error', build: { outDir } },
      preview: { host: '127.0.0.1', port: 5985 },
    });
    closing.push(() => server.close());
    const browser = await chromium.launch({
      executablePath,
      headless: !options.headed,
      args: browserArguments(),
    });
    closing.push(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    /** @type {string[]} */
    const problems = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.addInitScript(watch);
    // Small batches, so that there is a new step for every snapshot.
    const training = { 'training.steps': '1000000', 'training.batchSize': '4' };
    const settings = new URLSearchParams({ v: '1', preset: options.preset, ...training });
    await page.goto(`${server.resolvedUrls?.local[0]}#${settings}`);
    const train = page.getByRole('button', { name: /^Train( on)?$/ });
    await expect(train).toBeEnabled({ timeout: 120_000 });
    if (options.executor !== 'automatic') {
      await page.getByLabel('Computes on').selectOption(options.executor);
      await expect(train).toBeEnabled({ timeout: 120_000 });
    }
    await train.click();
    const began = performance.now();
    console.log(`${options.preset}, ${options.readings} readings\n${columns}`);
    /** @type {Reading[]} */
    const readings = [];
    while (readings.length < options.readings && problems.length === 0) {
      await page.waitForTimeout(began + (readings.length + 1) * options.every * 1000 - performance.now());
      const seconds = (performance.now() - began) / 1000;
      readings.push(await read(page, heapBytes, seconds, readings.at(-1) ?? null));
      console.log(line(/** @type {Reading} */ (readings.at(-1))));
    }
    for (const problem of problems) console.error(`The page says: ${problem}`);
    if (await train.isVisible()) throw new Error('Training did not last as long as the soak.');
    return judge(readings, options.growth) && problems.length === 0 ? 0 : 1;
  } finally {
    for (const close of closing.reverse()) await close();
    rmSync(outDir, { recursive: true, force: true });
  }
});
