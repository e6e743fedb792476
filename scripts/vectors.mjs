/**
 * `npm run vectors -- [--executor NAME ...] [--strategy NAME ...] FILE...`: replays vector files of the model contract on
 * every executor in a real Chromium and prints the largest error of each case. Exits 1 when one is over the tolerance of
 * single precision, when an executor is missing, or when a file does not follow the format.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { browserArguments, ensureBrowser } from './browser.mjs';
import { ensureDependencies, runCommand, SetupError } from './setup.mjs';
import { serveTestPage } from './test-page.mjs';

const tolerance = 2e-5;
const usage =
  'Usage: npm run vectors -- [--executor NAME ...] [--strategy full|checkpointed|memoryReplay ...] FILE...';

/** @typedef {import('../src/testing/browser/protocol.ts').TestPage} TestPage */
/** @typedef {import('../src/testing/browser/protocol.ts').ReplayRequest} ReplayRequest */

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        executor: { type: 'string', multiple: true, default: [] },
        strategy: { type: 'string', multiple: true, default: [] },
      },
    });
    if (positionals.length === 0) throw new Error('Which vector files?');
    const files = positionals.map((path) => ({ name: basename(path), text: readFileSync(path, 'utf8') }));
    return { files, wanted: values.executor, strategies: values.strategy.map((kind) => ({ kind })) };
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {string[]} wanted
 */
async function chosenExecutors(page, wanted) {
  const known = await page.evaluate(() => /** @type {any} */ (globalThis).testPage.executors());
  /** @type {Awaited<ReturnType<TestPage['executors']>>} */
  const all = known;
  const unknown = wanted.filter((name) => !all.some((executor) => executor.name === name));
  if (unknown.length > 0) throw new SetupError(`There is no executor ${unknown.join(', ')}.`);
  return all.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {ReplayRequest} request
 * @returns {ReturnType<TestPage['replay']>}
 */
function replay(page, request) {
  return page.evaluate((argument) => /** @type {any} */ (globalThis).testPage.replay(argument), request);
}

/** @param {number} error */
const verdict = (error) => (error <= tolerance ? 'ok' : 'OVER');

/**
 * @param {import('@playwright/test').Page} page
 * @returns {Promise<number>} how many results were not as they should be
 */
async function replayAll(page) {
  const { files, wanted, strategies } = readArguments();
  const executors = await chosenExecutors(page, wanted);
  let bad = 0;
  for (const { name, available, detail } of executors) {
    console.log(`\n${name}: ${detail}`);
    if (!available) {
      bad++;
      continue;
    }
    for (const file of files) {
      /** @type {Awaited<ReturnType<TestPage['replay']>>} */
      let rows = [];
      try {
        const request = { executor: name, file: file.text, ...(strategies.length > 0 && { strategies }) };
        rows = await replay(page, /** @type {ReplayRequest} */ (request));
      } catch (error) {
        const [what] = String(error instanceof Error ? error.message : error).split('\n');
        console.log(`  ${file.name}: ${what}`);
        bad++;
      }
      for (const row of rows) {
        const label = `${file.name}  ${row.name}`;
        console.log(`  ${row.error.toExponential(1).padStart(8)}  ${verdict(row.error).padEnd(4)}  ${label}`);
        if (row.error <= tolerance) continue;
        bad++;
        console.log(`            ${row.where}: ${row.actual}, not ${row.expected}`);
      }
    }
  }
  return bad;
}

await runCommand(async () => {
  ensureDependencies();
  readArguments();
  const executablePath = ensureBrowser();
  const server = await serveTestPage();
  const browser = await chromium.launch({ executablePath, args: browserArguments() });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const bad = await replayAll(page);
    console.log(bad === 0 ? `\nAll within ${tolerance}.` : `\n${bad} not within ${tolerance}.`);
    return bad === 0 ? 0 : 1;
  } finally {
    await browser.close();
    await server.close();
  }
});
