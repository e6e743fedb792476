/**
 * What a thread of the pool does: waits for a stretch of instructions, runs it, says so. Plain JavaScript, so that the same
 * file serves as a worker in the browser and in Node. It never answers messages once it runs; terminating the worker ends it.
 *
 * Control words of one thread (32 bits each): 0 jobs given, 1 jobs done (negative: failed), 2 begin, 3 end of the stretch.
 */

/** @typedef {{ configure(scratch: number): void, execute(begin: number, end: number): void }} KernelExports */

/**
 * @typedef {object} ThreadSetup
 * @property {WebAssembly.Module} module
 * @property {WebAssembly.Memory} memory shared by all threads
 * @property {number} scratch byte address of memory for this thread alone
 * @property {number} control byte address of this thread's control words
 */

/**
 * @param {ThreadSetup} setup
 * @param {() => void} onReady
 */
export async function serve({ module, memory, scratch, control }, onReady) {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const kernels = /** @type {KernelExports} */ (/** @type {unknown} */ (exports));
  kernels.configure(scratch);
  const words = new Int32Array(memory.buffer, control, 4);
  onReady();
  for (let done = 0; ; done++) {
    // The call that woke up for the last job may come after that job is done: only the count tells that there is another.
    while (Atomics.load(words, 0) === done) Atomics.wait(words, 0, done);
    let report = done + 1;
    try {
      kernels.execute(Atomics.load(words, 2), Atomics.load(words, 3));
    } catch {
      report = -1;
    }
    Atomics.store(words, 1, report);
    Atomics.notify(words, 1);
    if (report < 0) return;
  }
}
