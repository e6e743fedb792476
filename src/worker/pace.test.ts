import { expect, test } from 'vitest';
import { Breather } from './pace.ts';

/** Milliseconds that `work` milliseconds of work take with the breaks between them. */
async function timeOf(work: number, share: number): Promise<number> {
  const breather = new Breather();
  breather.share = share;
  const began = performance.now();
  let worked = 0;
  while (worked < work) {
    const from = performance.now();
    while (performance.now() - from < 5);
    worked += performance.now() - from;
    await breather.breathe();
  }
  breather.dispose();
  return performance.now() - began;
}

test('whoever gives way computes for its share of the time', async () => {
  expect(await timeOf(100, 0.25)).toBeGreaterThan(300);
});

test('nobody rests without being told to', async () => {
  const whole = await timeOf(100, 1);
  expect(whole).toBeLessThan(await timeOf(100, 0.5));
});
