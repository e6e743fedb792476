import { defineConfig } from '@playwright/test';
import { browserArguments, ensureBrowser } from './scripts/browser.mjs';

const port = Number(process.env['PORT'] ?? 4173);
const url = `http://127.0.0.1:${port}/`;

// Workers load this file again: the variable spares them the search.
process.env['CHROMIUM'] ??= ensureBrowser();

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  workers: 1,
  retries: 0,
  timeout: 180_000,
  forbidOnly: Boolean(process.env['CI']),
  reporter: [
    ['list'],
    ['json', { outputFile: 'node_modules/.cache/memory-playground/results/browser.json' }],
  ],
  use: {
    browserName: 'chromium',
    baseURL: url,
    headless: true,
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: process.env['CHROMIUM'], args: browserArguments() },
  },
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview --host 127.0.0.1 --port ${port} --strictPort`,
    url,
    reuseExistingServer: false,
    timeout: 60_000,
  },
});
