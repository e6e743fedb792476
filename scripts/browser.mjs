/**
 * Finds the Chromium that the browser tests drive, and on a bare Debian machine installs it.
 * Order: the CHROMIUM variable, Playwright's own download, what the system has.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { runProgram, SetupError } from './setup.mjs';

const NAMES = [
  'chromium',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'chromium-browser',
  'microsoft-edge',
];

const FIXED_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

const ADVICE =
  'The browser tests need Chromium or Google Chrome. Please install one ' +
  '(Debian: apt install chromium; elsewhere: npx playwright install chromium, or google.com/chrome), ' +
  'or set the variable CHROMIUM to the path of one.';

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Ubuntu ships a `chromium-browser` that only says "install the snap", so being there is not enough.
 * @param {string} path
 */
function answers(path) {
  if (process.platform === 'win32') return true; // there, --version opens a window
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

function playwrightDownload() {
  try {
    /** @type {import('@playwright/test')} */
    const { chromium } = createRequire(import.meta.url)('@playwright/test');
    return [chromium.executablePath()];
  } catch {
    return [];
  }
}

/**
 * @returns {string | undefined} path of a browser that starts
 * @throws {SetupError} when CHROMIUM names something that is not a program
 */
export function findBrowser() {
  const chosen = process.env['CHROMIUM'];
  if (chosen) {
    if (isProgram(chosen)) return chosen;
    throw new SetupError(`CHROMIUM is set to ${chosen}, which is not a program.`);
  }
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/bin',
    '/usr/local/bin',
    '/snap/bin',
  ];
  const inFolders = NAMES.flatMap((name) => folders.filter(Boolean).map((folder) => join(folder, name)));
  const candidates = new Set([...playwrightDownload(), ...inFolders, ...FIXED_PATHS]);
  return [...candidates].find((path) => isProgram(path) && answers(path));
}

/** Debian proper: Ubuntu's package of that name is an empty shell around a snap. */
function canInstallFromDebian() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !isProgram('/usr/bin/apt-get'))
    return false;
  try {
    return !/^(ID|ID_LIKE)=.*ubuntu/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/**
 * @returns {string} path of a browser, installed now if need be
 * @throws {SetupError} with a sentence saying what to install
 */
export function ensureBrowser() {
  const found = findBrowser();
  if (found) return found;
  if (!canInstallFromDebian()) throw new SetupError(ADVICE);
  console.log('Installing Chromium from Debian ...');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (/** @type {string[]} */ ...args) =>
    runProgram('/usr/bin/apt-get', ['-q', '-o', 'Acquire::Retries=3', ...args], { env }) === 0;
  const installed =
    apt('update') && apt('install', '-y', '--no-install-recommends', 'chromium') ? findBrowser() : undefined;
  if (!installed) throw new SetupError(ADVICE);
  return installed;
}

/** Command-line switches: software WebGPU where there is no GPU, and a browser that calls nobody. */
export function browserArguments() {
  return [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ];
}
