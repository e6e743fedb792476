/**
 * `npm run replicate -- NAME [--budget small|full] [--seeds N] [--executor NAME]`: trains an experiment of
 * src/training/experiments in a real Chromium and writes docs/results/NAME.json and NAME.md. All runs of a seed come before
 * the next seed, and the files are written after each run: what was trained is kept when the command is stopped.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { format, resolveConfig } from 'prettier';
import { browserArguments, ensureBrowser } from './browser.mjs';
import { ensureDependencies, root, runCommand, SetupError } from './setup.mjs';
import { serveReplicationPage } from './test-page.mjs';

const usage = 'Usage: npm run replicate -- NAME [--budget small|full] [--seeds N] [--executor NAME]';

/** @typedef {import('../src/testing/replication/protocol.ts').ReplicationPage} ReplicationPage */
/** @typedef {import('../src/testing/replication/protocol.ts').RunRequest} RunRequest */
/** @typedef {import('../src/training/experiments/report.ts').Circumstances} Circumstances */
/** @typedef {import('../src/training/experiments/result.ts').RunResult} RunResult */
/** @typedef {{ group: string, label: string, results: RunResult[] }} Row */

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        budget: { type: 'string', default: 'small' },
        seeds: { type: 'string', default: '3' },
        executor: { type: 'string', default: 'wasm' },
      },
    });
    const [name, ...rest] = positionals;
    if (!name || rest.length > 0) throw new Error('Which experiment?');
    const { budget } = values;
    if (budget !== 'small' && budget !== 'full') throw new Error('The budget is small or full.');
    const seeds = Number(values.seeds);
    if (!Number.isSafeInteger(seeds) || seeds < 1) throw new Error('The number of seeds is 1 or more.');
    const executor = /** @type {RunRequest['executor']} */ (values.executor);
    return { name, budget: /** @type {RunRequest['budget']} */ (budget), seeds, executor };
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

function commit() {
  /** @param {string[]} args */
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src') ? '+' : '');
  } catch {
    return 'unknown';
  }
}

/**
 * Both files, from what there is so far.
 * @param {import('@playwright/test').Page} page
 * @param {string} name
 * @param {Circumstances} circumstances
 * @param {Row[]} rows
 */
async function write(page, name, circumstances, rows) {
  const finished = rows.filter(({ results }) => results.length > 0);
  /** @type {ReturnType<ReplicationPage['report']>} */
  const { data, markdown } = await page.evaluate(
    ([id, how, found]) => /** @type {any} */ (globalThis).replication.report(id, how, found),
    /** @type {const} */ ([name, circumstances, finished]),
  );
  mkdirSync(join(root, 'docs/results'), { recursive: true });
  const files = [
    { path: join(root, `docs/results/${name}.json`), text: JSON.stringify(data) },
    { path: join(root, `docs/results/${name}.md`), text: markdown },
  ];
  for (const { path, text } of files) {
    writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
  }
}

/** @param {import('@playwright/test').Page} page */
async function replicate(page) {
  const { name, budget, seeds, executor } = readArguments();
  /** @type {ReplicationPage['experiments']} */
  const experiments = await page.evaluate(() => /** @type {any} */ (globalThis).replication.experiments);
  const experiment = experiments.find(({ id }) => id === name);
  if (!experiment) {
    const known = experiments.map(({ id }) => id).join(', ');
    throw new SetupError(`There is no experiment ${name}. Choose one of ${known}.`);
  }
  const browser = `Chromium ${page.context().browser()?.version() ?? ''}`.trim();
  const started = { budget, browser, commit: commit(), date: new Date().toISOString().slice(0, 10) };
  const rows = experiment.groups.flatMap((group, g) =>
    group.runs.map(({ label }, r) => ({
      g,
      r,
      row: /** @type {Row} */ ({ group: group.label, label, results: [] }),
    })),
  );
  for (let seed = 1; seed <= seeds; seed++) {
    for (const { g, r, row } of rows) {
      const request = { experiment: name, group: g, run: r, budget, seed, executor };
      /** @type {Awaited<ReturnType<ReplicationPage['train']>>} */
      const trained = await page.evaluate(
        (argument) => /** @type {any} */ (globalThis).replication.train(argument),
        request,
      );
      const { result } = trained;
      row.results.push(result);
      const circumstances = { ...started, executor: trained.executor };
      await write(
        page,
        name,
        circumstances,
        rows.map((entry) => entry.row),
      );
      const scores = Object.entries(result.scores).map(
        ([split, { tokenAccuracy, normalizedError }]) =>
          `${split} ${(tokenAccuracy ?? normalizedError ?? NaN).toPrecision(3)}`,
      );
      const outcome = result.failure?.message ?? scores.join(', ');
      console.log(`seed ${seed}  ${row.group}: ${row.label}  ${result.wallSeconds.toFixed(1)} s  ${outcome}`);
    }
  }
}

await runCommand(async () => {
  ensureDependencies();
  readArguments();
  const executablePath = ensureBrowser();
  const server = await serveReplicationPage();
  const browser = await chromium.launch({ executablePath, args: browserArguments() });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction(() => 'replication' in globalThis);
    await replicate(page);
    return 0;
  } finally {
    await browser.close();
    await server.close();
  }
});
