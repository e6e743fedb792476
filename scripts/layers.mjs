/**
 * `npm run test:layers`: checks every import against the layering rules, once with type imports (who may know whom) and
 * once without (what is loaded when it runs).
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, runCommand, runProgram } from './setup.mjs';

await runCommand(async () => {
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const folders = ['src', 'e2e', 'bench'].filter((folder) => existsSync(join(root, folder)));
  const statuses = ['.dependency-cruiser.cjs', '.dependency-cruiser.runtime.cjs'].map((config) =>
    runProgram(process.execPath, [cruiser, ...folders, '--config', config]),
  );
  return Math.max(...statuses) === 0 ? 0 : 1;
});
