/**
 * The golden vectors and every op, on every executor that there is, in a module worker of a real browser. WebGPU is the
 * software one that the browser is started with. A missing executor is a failure.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { serveTestPage } from '../scripts/test-page.mjs';

interface Row {
  readonly name: string;
  readonly error: number;
  readonly where: string;
}

interface Report {
  readonly name: string;
  readonly available: boolean;
  readonly chosen: boolean;
  readonly millisecondsPerStep: number | null;
  readonly reason: string;
}

interface TestPage {
  executors(): Promise<readonly { name: string; available: boolean; detail: string }[]>;
  replay(request: object): Promise<readonly Row[]>;
  ops(executor: string): Promise<readonly Row[]>;
  choose(file: string): Promise<{ automatic: readonly Report[]; measured: readonly Report[] }>;
  train(request: object): Promise<{ losses: readonly number[]; memory: readonly object[] }>;
  spoilDevice(request: object): Promise<{ reason: string; afterwards: string; loss: number }>;
}

const tolerance = 2e-5;
const reference = ['tfjs-cpu', 'tfjs-wasm', 'tfjs-webgpu'];
const folder = 'tests/vectors';
const files = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'chaos.json');

type Globals = typeof globalThis & { readonly testPage: TestPage };

let server: Awaited<ReturnType<typeof serveTestPage>>;
let page: Page;

test.describe.configure({ mode: 'default', timeout: 300_000 });

test.beforeAll(async ({ browser }) => {
  server = await serveTestPage();
  page = await browser.newPage();
  await page.goto(server.url);
});

test.afterAll(async () => {
  await page.close();
  await server.close();
});

async function executors(): Promise<string[]> {
  const found = await page.evaluate(() => (globalThis as Globals).testPage.executors());
  for (const { name, available, detail } of found) expect(available, `${name}: ${detail}`).toBe(true);
  return found.map(({ name }) => name);
}

/** WGSL promises no more of sin and cos than an absolute error of 2⁻¹¹ within ±π. */
const trigonometric: Readonly<Record<string, number>> = { sine: 2 ** -11, cosine: 2 ** -11 };

function failures(rows: readonly Row[], looser: Readonly<Record<string, number>> = {}): string[] {
  expect(rows.length).toBeGreaterThan(0);
  return rows
    .filter(({ name, error }) => !(error <= (looser[name] ?? tolerance)))
    .map(({ name, where, error }) => `${name}, ${where}: ${error.toExponential(1)}`);
}

test('every executor is there', async () => {
  expect(await executors()).toEqual(expect.arrayContaining(reference));
});

for (const name of files) {
  test(`golden vectors of ${name}`, async () => {
    const file = readFileSync(`${folder}/${name}`, 'utf8');
    for (const executor of await executors()) {
      // On software WebGPU every further strategy would cost a minute; the kernels are the same.
      const strategies = executor.endsWith('webgpu') ? { strategies: [{ kind: 'full' }] } : {};
      const rows = await page.evaluate((request) => (globalThis as Globals).testPage.replay(request), {
        ...{ executor, file },
        ...strategies,
      });
      expect(failures(rows), executor).toEqual([]);
    }
  });
}

test('memory replay and checkpoints on software WebGPU', async () => {
  const file = readFileSync(`${folder}/rmt.json`, 'utf8');
  for (const executor of ['webgpu', 'tfjs-webgpu']) {
    const request = { executor, file, strategies: [{ kind: 'memoryReplay' }, { kind: 'checkpointed' }] };
    const rows = await page.evaluate(
      (argument) => (globalThis as Globals).testPage.replay(argument),
      request,
    );
    expect(failures(rows), executor).toEqual([]);
  }
});

test('every op, values and gradients', async () => {
  for (const executor of await executors()) {
    const rows = await page.evaluate((name) => (globalThis as Globals).testPage.ops(name), executor);
    const looser = executor.endsWith('webgpu') ? trigonometric : {};
    expect(failures(rows, looser), executor).toEqual([]);
  }
});

test('software WebGPU is never chosen by itself, and every executor is timed on demand', async () => {
  const file = readFileSync(`${folder}/memnet.json`, 'utf8');
  const { automatic, measured } = await page.evaluate(
    (text) => (globalThis as Globals).testPage.choose(text),
    file,
  );
  const chosen = automatic.filter((report) => report.chosen).map(({ name }) => name);
  expect(chosen).toHaveLength(1);
  expect(chosen[0]).toMatch(/wasm$/);
  const software = automatic.find(({ name }) => name === 'tfjs-webgpu');
  expect(software).toMatchObject({ available: true, chosen: false });
  expect(software?.reason).toContain('never taken automatically');
  for (const { name, millisecondsPerStep } of measured) expect(millisecondsPerStep, name).toBeGreaterThan(0);
});

test('training lowers the loss, alike on every executor, and leaves memory flat', async () => {
  const file = readFileSync(`${folder}/memnet.json`, 'utf8');
  const curves: (readonly number[])[] = [];
  for (const executor of await executors()) {
    const request = { executor, file, steps: 30 };
    const run = await page.evaluate((argument) => (globalThis as Globals).testPage.train(argument), request);
    expect(run.losses.at(-1), executor).toBeLessThan(0.8 * run.losses[0]!);
    expect(run.memory[1], executor).toEqual(run.memory[0]);
    curves.push(run.losses);
  }
  for (const curve of curves) {
    curve.forEach((loss, step) => {
      expect(Math.abs(loss - curves[0]![step]!)).toBeLessThan(1e-4);
    });
  }
});

for (const [how, what] of [
  ['destroy', 'that is lost'],
  ['error', 'that reports an error'],
] as const) {
  test(`a device ${what} is not trusted any more, and a new one takes over`, async () => {
    const file = readFileSync(`${folder}/memnet.json`, 'utf8');
    const { cases } = JSON.parse(file) as { cases: { expect: { loss: number } }[] };
    const report = await page.evaluate((request) => (globalThis as Globals).testPage.spoilDevice(request), {
      ...{ how, file },
    });
    expect(report.reason).not.toBe('');
    expect(report.afterwards).toBe('device-lost');
    expect(report.loss).toBeCloseTo(cases[0]!.expect.loss, 4);
  });
}
