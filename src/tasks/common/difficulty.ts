/** The levels at which a task is measured for its generalisation grid: some of those that were trained, and some beyond. */

import type { DifficultyAxis } from '../task.ts';

/** Multiples of the highest trained level. */
const beyond = [1.5, 2, 3, 4];
/** Levels without a highest trained one to multiply. */
const beyondNone = [4, 8, 16];

interface LevelOptions {
  /** The lowest and the highest level that exist; none outside are given. */
  readonly bounds: readonly [fewest: number, most: number];
  /** How many trained levels are shown, at most (default 4). */
  readonly inside?: number;
  /** What stands for more than a highest trained level of 0. */
  readonly beyondNone?: readonly number[];
}

/**
 * Whole numbers, ascending: trained ones from end to end, half the lowest, and up to four times the highest.
 * @param trained the lowest and the highest trained level
 */
export function levelsAround(
  [low, high]: readonly [number, number],
  { bounds: [fewest, most], inside = 4, ...options }: LevelOptions,
): readonly number[] {
  const within = Array.from({ length: inside }, (_, i) =>
    Math.round(low + ((high - low) * i) / (inside - 1)),
  );
  const above =
    high > 0 ? beyond.map((factor) => Math.round(factor * high)) : (options.beyondNone ?? beyondNone);
  const levels = [Math.floor(low / 2), ...within, ...above];
  const existing = levels.filter((level) => (level >= fewest && level <= most) || within.includes(level));
  return [...new Set(existing)].sort((a, b) => a - b);
}

/**
 * The axis of a task whose samples differ in length.
 * @param unit what is counted, e.g. "symbols"
 */
export function lengthAxis(
  unit: string,
  trained: readonly [number, number],
  explanation = `How many ${unit} are shown.`,
): DifficultyAxis {
  const values = levelsAround(trained, { bounds: [1, Infinity] });
  return { name: 'length', label: 'length', unit, explanation, values, trained };
}

/** Powers of two below a number, and the number: e.g. how many of the symbols are used. */
export function doublingTo(most: number, fewest = 2): readonly number[] {
  const levels: number[] = [];
  for (let level = fewest; level < most; level *= 2) levels.push(level);
  return [...levels, most];
}
