/**
 * Makes the generated files: today the WebAssembly kernels, compiled from AssemblyScript.
 * Each target of the kernels' asconfig.json is compiled, from its own folder; nothing is done when neither the
 * sources nor the compiler changed since the last time.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDependencies, root, runCommand, runProgram, SetupError } from './setup.mjs';

const kernels = join(root, 'src/executors/wasm/kernels');
const stampFile = join(root, 'node_modules/.cache/memory-playground/kernels.sha256');

/** @typedef {{ outFile?: string, textFile?: string }} Target */

/** @returns {{ targets: string[], outputs: string[] }} */
function readConfig() {
  /** @type {{ targets?: Record<string, Target>, options?: Target }} */
  const config = JSON.parse(readFileSync(join(kernels, 'asconfig.json'), 'utf8'));
  const targets = Object.entries(config.targets ?? {});
  const outputs = [config.options ?? {}, ...targets.map(([, target]) => target)].flatMap((target) =>
    target.outFile ? [resolve(kernels, target.outFile)] : [],
  );
  return { targets: targets.map(([name]) => name), outputs };
}

function hashOfSources() {
  const hash = createHash('sha256');
  const names = readdirSync(kernels, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(ts|json)$/.test(name),
  );
  const files = [
    ...names.sort().map((name) => join(kernels, name)),
    join(root, 'node_modules/assemblyscript/package.json'),
  ];
  for (const file of files)
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** @throws {SetupError} when a kernel does not compile */
export function generate() {
  if (!existsSync(join(kernels, 'asconfig.json'))) return;
  const { targets, outputs } = readConfig();
  const stamp = hashOfSources();
  const upToDate =
    outputs.length > 0 &&
    outputs.every((file) => existsSync(file)) &&
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === stamp;
  if (upToDate) return;

  console.log('Compiling the WebAssembly kernels ...');
  for (const folder of new Set(outputs.map((file) => dirname(file)))) mkdirSync(folder, { recursive: true });
  const compiler = join(root, 'node_modules/assemblyscript/bin/asc.js');
  for (const target of targets.length > 0 ? targets : [undefined]) {
    const choice = target === undefined ? [] : ['--target', target];
    const status = runProgram(process.execPath, [compiler, '--config', 'asconfig.json', ...choice], {
      cwd: kernels,
    });
    if (status !== 0)
      throw new SetupError(`The kernels did not compile (target ${target ?? 'default'}), see above.`);
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runCommand(async () => {
    ensureDependencies();
    generate();
    return 0;
  });
}
