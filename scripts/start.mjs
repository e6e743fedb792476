/**
 * `npm start`: sets up what is missing, then serves the page for development.
 * The port is that of --port or of the variable PORT, then it is taken or nothing; else the first free one from 5173.
 */
import { parseArgs } from 'node:util';
import { generate } from './generate.mjs';
import { ensureDependencies, root, runCommand, SetupError } from './setup.mjs';

/** @returns {{ port: number | undefined, host: string | undefined }} */
function readArguments() {
  let values;
  try {
    ({ values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' } } }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SetupError(`${reason}\nUsage: npm start -- [--port NUMBER] [--host ADDRESS]`);
  }
  const text = values.port ?? process.env['PORT'];
  if (!text) return { port: undefined, host: values.host };
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new SetupError(`${text} is not a port; a port is a whole number from 1 to 65535.`);
  }
  return { port, host: values.host };
}

/**
 * Ends with npm: a signal to `npm start` reaches npm and its shell but not us, and the port would stay taken.
 * @param {() => Promise<void>} close
 */
function endWithNpm(close) {
  if (process.env['npm_lifecycle_event'] !== 'start') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    void close().finally(() => process.exit(0));
  }, 500);
}

await runCommand(async () => {
  const { port, host } = readArguments();
  ensureDependencies();
  generate();
  const { createServer } = await import('vite');
  const server = await createServer({
    root,
    server: { port: port ?? 5173, strictPort: port !== undefined, ...(host === undefined ? {} : { host }) },
  });
  try {
    await server.listen();
  } catch (error) {
    await server.close();
    throw new SetupError(error instanceof Error ? error.message : String(error));
  }
  endWithNpm(() => server.close());
  console.log(`Memory Playground is at ${server.resolvedUrls?.local[0] ?? server.resolvedUrls?.network[0]}`);
  return undefined;
});
