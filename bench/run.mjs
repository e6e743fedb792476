/**
 * `npm run bench`: times training steps of our executors and of their peers in a real Chromium, all in one run.
 *
 *     npm run bench -- [--only WORKLOAD,...] [--systems SYSTEM,...] [--strategies STRATEGY,...]
 *                       [--json FILE] [--patience SECONDS] [--headed]
 *
 * Every measurement has a page of its own, so that no system inherits another's memory or caches.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { browserArguments, ensureBrowser } from '../scripts/browser.mjs';
import { generate } from '../scripts/generate.mjs';
import { ensureDependencies, root, runCommand, SetupError } from '../scripts/setup.mjs';
import { printTable } from './table.mjs';

const workloads = ['memnet-copy', 'lstm-copy', 'deltanet-parity', 'segment-4', 'segment-16'];
const ours = ['wasm', 'wasm-threads', 'webgpu'];
const peers = ['tfjs-wasm', 'tfjs-webgpu', 'tfjs-cpu', 'jax-js-wasm', 'jax-js-webgpu', 'pytorch-cpu'];
const allStrategies = ['full', 'truncated', 'checkpointed', 'memoryReplay'];
const usualPatience = 60;

/**
 * @typedef {object} Row
 * @property {string} workload
 * @property {string} system
 * @property {string} strategy
 * @property {number} msPerStep
 * @property {number | null} calls kernel calls or dispatches of a step
 * @property {number} gflops by the work of full back-propagation
 * @property {number} shareOfMatmul of the rate of matrix products measured in this run
 * @property {number | null} activationBytes planned
 * @property {number | null} measuredBytes taken when compiled: activations, instructions
 * @property {number} firstLoss the same for all systems that compute the same thing
 */

function readArguments() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        only: { type: 'string' },
        systems: { type: 'string' },
        strategies: { type: 'string' },
        json: { type: 'string' },
        patience: { type: 'string', default: String(usualPatience) },
        headed: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new SetupError(error instanceof Error ? error.message : String(error));
  }
  return {
    workloads: chosen(values.only, workloads),
    systems: chosen(values.systems, [...ours, ...peers]),
    strategies: chosen(values.strategies, allStrategies),
    json: values.json,
    /** Milliseconds after which a measurement is given up. */
    patience: Number(values.patience) * 1000,
    headed: values.headed,
  };
}

/**
 * @param {string | undefined} list
 * @param {string[]} known
 */
function chosen(list, known) {
  const names = list?.split(',') ?? known;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new SetupError(`Unknown: ${unknown.join(', ')}. There are ${known.join(', ')}.`);
  return names;
}

/**
 * A step in PyTorch on the CPU, with as many threads as it likes, or OMP_NUM_THREADS. PYTHON names another interpreter than
 * python3.
 * @param {string} description the workload as JSON
 * @returns {{ msPerStep: number, firstLoss: number }}
 */
function measurePytorch(description) {
  const result = spawnSync(process.env['PYTHON'] ?? 'python3', [join(root, 'bench/pytorch.py')], {
    input: description,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (result.status !== 0)
    throw new Error(result.stderr.trim().split('\n').at(-1) || 'python3 does not start');
  return JSON.parse(result.stdout);
}

/**
 * @param {import('@playwright/test').Browser} browser
 * @param {string} url
 * @param {number} patience milliseconds
 * @param {(page: import('@playwright/test').Page) => Promise<T>} work
 * @returns {Promise<T>}
 * @template T
 */
async function onFreshPage(browser, url, patience, work) {
  const page = await browser.newPage();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  try {
    await page.goto(url);
    await page.waitForFunction(() => 'bench' in window);
    const tooLong = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`it took more than ${patience / 1000} s`)), patience);
    });
    return await Promise.race([work(page), /** @type {Promise<never>} */ (tooLong)]);
  } finally {
    clearTimeout(timer);
    await page.close();
  }
}

/**
 * @typedef {Omit<Row, 'workload' | 'system' | 'strategy' | 'gflops' | 'shareOfMatmul'> & { flops: number }} Measured
 */

/**
 * @param {<T>(work: (page: import('@playwright/test').Page) => Promise<T>) => Promise<T>} onPage
 * @param {string} workload
 * @param {string} system
 * @param {string} strategy
 * @returns {Promise<Measured>}
 */
async function measureOne(onPage, workload, system, strategy) {
  if (system !== 'pytorch-cpu') {
    return onPage((page) =>
      page.evaluate(
        (names) => window.bench.measure(...names),
        /** @type {const} */ ([workload, system, strategy]),
      ),
    );
  }
  const description = await onPage((page) => page.evaluate((name) => window.bench.describe(name), workload));
  const flops = await onPage((page) => page.evaluate((name) => window.bench.flops(name), workload));
  return { ...measurePytorch(description), calls: null, activationBytes: null, measuredBytes: null, flops };
}

/** @param {string} text */
const firstLine = (text) => text.split('\n')[0]?.replace(/^page\.evaluate: /, '') ?? '';

await runCommand(async () => {
  const options = readArguments();
  ensureDependencies();
  generate();
  const executablePath = ensureBrowser();
  const { createServer } = await import('vite');
  const { chromium } = await import('@playwright/test');
  const server = await createServer({ root, logLevel: 'error', server: { host: '127.0.0.1', port: 5983 } });
  await server.listen();
  const browser = await chromium.launch({
    executablePath,
    headless: !options.headed,
    args: browserArguments(),
  });
  const url = new URL('bench/index.html', server.resolvedUrls?.local[0]).href;
  /** @type {Row[]} */
  const rows = [];
  try {
    /**
     * @param {(page: import('@playwright/test').Page) => Promise<T>} work
     * @returns {Promise<T>}
     * @template T
     */
    const measuring = (work) => onFreshPage(browser, url, options.patience, work);
    const rate = () => measuring((page) => page.evaluate(() => window.bench.matmulRate()));
    // The dev server prepares packages at the first visit and may reload the page.
    await rate();
    const rates = [await rate()];
    for (const workload of options.workloads) {
      const offered = await measuring((page) =>
        page.evaluate((name) => window.bench.strategies(name), workload),
      );
      const strategies = offered.filter((strategy) => options.strategies.includes(strategy));
      for (const system of options.systems) {
        for (const strategy of ours.includes(system) ? strategies : strategies.slice(0, 1)) {
          const label = `${workload} ${system} ${strategy}`;
          try {
            const measured = await measureOne(measuring, workload, system, strategy);
            const { flops, ...figures } = measured;
            rows.push({
              workload,
              system,
              strategy,
              ...figures,
              gflops: flops / figures.msPerStep / 1e6,
              shareOfMatmul: 0,
            });
            console.log(
              `${label}: ${figures.msPerStep.toFixed(2)} ms, first loss ${figures.firstLoss.toFixed(5)}`,
            );
          } catch (error) {
            console.log(
              `${label}: not measured, ${firstLine(error instanceof Error ? error.message : String(error))}`,
            );
          }
        }
      }
      rates.push(await rate());
    }
    const fastest = Math.max(...rates);
    for (const row of rows) row.shareOfMatmul = row.gflops / fastest;
    printTable(rows, fastest);
    if (options.json)
      writeFileSync(options.json, `${JSON.stringify({ matmulGflops: fastest, rows }, null, 2)}\n`);
  } finally {
    await browser.close();
    await server.close();
  }
  return 0;
});
