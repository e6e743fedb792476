/**
 * Timing beside other programs: what disturbs a measurement only ever makes it longer. Steps are timed in windows, and the
 * fastest window counts.
 */
export interface TimingOptions {
  /** Steps before the clock starts: compilation, caches. */
  readonly warmUp: number;
  /** Length of a window in milliseconds; at least one step. */
  readonly window: number;
  /** Stop after this many milliseconds, or this many windows. */
  readonly limit: number;
  readonly windows: number;
}

const usual: TimingOptions = { warmUp: 3, window: 150, limit: 6000, windows: 15 };

/** Milliseconds per step. A step that takes seconds is measured once. */
export async function timeSteps(step: () => Promise<unknown>, options = usual): Promise<number> {
  const begin = performance.now();
  const passed = (): number => performance.now() - begin;
  for (let i = 0; i < options.warmUp && passed() < options.limit / 2; i++) await step();
  let best = Infinity;
  for (let i = 0; i < options.windows && (i === 0 || passed() < options.limit); i++) {
    const start = performance.now();
    let steps = 0;
    let time = 0;
    while (time < options.window) {
      await step();
      steps++;
      time = performance.now() - start;
    }
    best = Math.min(best, time / steps);
  }
  return best;
}
