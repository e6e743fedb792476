/**
 * What every command needs before it can start: a new enough Node and the packages of the lockfile.
 * Runs before anything is installed, so it uses nothing but Node's own modules.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A failure that the person can mend: its message says how, and no stack trace is wanted. */
export class SetupError extends Error {}

/**
 * Runs a program in the project root with our terminal.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {number} the exit status, 1 when the program did not start or was killed
 */
export function runProgram(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: options.cwd ?? root,
    env: options.env ?? process.env,
    stdio: 'inherit',
  });
  if (result.error) console.error(`${command}: ${result.error.message}`);
  return result.status ?? 1;
}

/**
 * Runs npm. Under `npm start` and `npm test` the same npm is used again, by its own path, because
 * Node on Windows cannot spawn `npm.cmd` without a shell.
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export function runNpm(args, env = process.env) {
  const npm = process.env['npm_execpath'];
  return npm?.endsWith('.js')
    ? runProgram(process.execPath, [npm, ...args], { env })
    : runProgram('npm', args, { env });
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(`Node ${process.versions.node} is too old. Please install Node 20.19 or newer.`);
  }
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} Package
 * @param {string} file
 * @returns {Record<string, Package> | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * npm writes what it really installed into node_modules/.package-lock.json as its last act, so an
 * interrupted install, an old one and a missing one all look different from the lockfile.
 */
function dependenciesAreInstalled() {
  const wanted = readPackages('package-lock.json');
  const installed = readPackages('node_modules/.package-lock.json');
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    if (!found) return entry.optional === true || entry.devOptional === true; // for another platform
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** Installs the packages of the lockfile unless exactly they are there. */
export function ensureDependencies() {
  checkNode();
  if (dependenciesAreInstalled()) return;
  console.log('Installing the packages of package-lock.json ...');
  if (runNpm(['ci', '--include=dev', '--no-audit', '--no-fund']) !== 0) {
    throw new SetupError('npm ci failed, see above. It needs the network the first time.');
  }
}

/**
 * Runs a command's main function; a SetupError is printed as its sentence alone.
 * @param {() => Promise<number | undefined>} main resolves to the exit status, or to nothing when the command goes on
 */
export async function runCommand(main) {
  try {
    const status = await main();
    if (status !== undefined) process.exitCode = status;
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}
