/**
 * `npm test`: sets up what is missing, then runs every check in order, cheap ones first.
 * Stops at the first failure unless --keep-going. Its last line is "N passed, N failed" and counts tests; a check
 * without tests of its own that fails, and a suite that breaks before it can count, is one failure.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBrowser } from './browser.mjs';
import { generate } from './generate.mjs';
import { ensureDependencies, root, runCommand, runNpm, SetupError } from './setup.mjs';

/** @typedef {{ passed: number, failed: number }} Counts */

const resultsFolder = join(root, 'node_modules/.cache/memory-playground/results');

/**
 * @param {string} name
 * @returns {any} what a reporter wrote; an empty object when it did not get that far
 */
function readResults(name) {
  const file = join(resultsFolder, `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** @returns {Counts} */
function countUnit() {
  /** @type {{ numPassedTests?: number, numFailedTests?: number }} */
  const results = readResults('unit');
  return { passed: results.numPassedTests ?? 0, failed: results.numFailedTests ?? 0 };
}

/** @returns {Counts} */
function countBrowser() {
  /** @type {{ stats?: { expected: number, unexpected: number, flaky: number } }} */
  const { stats } = readResults('browser');
  return stats
    ? { passed: stats.expected + stats.flaky, failed: stats.unexpected }
    : { passed: 0, failed: 0 };
}

/** @returns {Counts} */
const countNothing = () => ({ passed: 0, failed: 0 });

/** @type {{ script: string, count: () => Counts }[]} */
const steps = [
  { script: 'test:format', count: countNothing },
  { script: 'test:types', count: countNothing },
  { script: 'test:lint', count: countNothing },
  { script: 'test:layers', count: countNothing },
  { script: 'test:unit', count: countUnit },
  { script: 'build', count: countNothing },
  { script: 'test:browser', count: countBrowser },
];

/** @param {number} milliseconds */
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {boolean} keepGoing
 * @returns {Counts}
 */
function runSteps(env, keepGoing) {
  const total = { passed: 0, failed: 0 };
  const summary = [];
  for (const { script, count } of steps) {
    console.log(`\n== ${script}`);
    const begin = performance.now();
    const status = runNpm(['run', '--silent', script], env);
    const time = seconds(performance.now() - begin);
    const { passed, failed } = count();
    total.passed += passed;
    total.failed += status === 0 ? failed : Math.max(failed, 1);
    const verdict = status === 0 ? 'ok' : 'FAILED';
    console.log(`== ${script}: ${verdict}, ${time}`);
    summary.push(`${script.padEnd(14)} ${verdict.padEnd(6)} ${time.padStart(8)}`);
    if (status !== 0 && !keepGoing) break;
  }
  console.log(`\n${summary.join('\n')}`);
  return total;
}

/** @returns {{ keepGoing: boolean }} */
function readArguments() {
  try {
    const { values } = parseArgs({ options: { 'keep-going': { type: 'boolean', default: false } } });
    return { keepGoing: values['keep-going'] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SetupError(`${reason}\nUsage: npm test -- [--keep-going]`);
  }
}

await runCommand(async () => {
  const { keepGoing } = readArguments();
  let total = { passed: 0, failed: 1 };
  try {
    ensureDependencies();
    const browser = ensureBrowser();
    generate();
    rmSync(resultsFolder, { recursive: true, force: true });
    console.log(`Browser: ${browser}`);
    total = runSteps({ ...process.env, CHROMIUM: browser }, keepGoing);
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
});
