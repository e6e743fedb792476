import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { slowly } from './slowly.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function setUp() {
  let change = (): void => {
    throw new Error('nobody listens');
  };
  const source = slowly(
    {
      subscribe(listener) {
        change = listener;
        return () => (change = () => {});
      },
    },
    100,
  );
  const heard = vi.fn<() => void>();
  const stop = source.subscribe(heard);
  return { change: () => change(), heard, stop };
}

test('the first change passes at once, and a burst becomes one more', () => {
  const { change, heard } = setUp();
  for (let i = 0; i < 5; i++) change();
  expect(heard).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(100);
  expect(heard).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1000);
  expect(heard).toHaveBeenCalledTimes(2);
});

test('nothing passes after the subscription has ended', () => {
  const { change, heard, stop } = setUp();
  change();
  change();
  stop();
  vi.advanceTimersByTime(1000);
  expect(heard).toHaveBeenCalledTimes(1);
});
