/**
 * What holds of every instrument of a kind: of heatmaps, bars and lines, against the values that they should show. Plain assertions:
 * there are thousands, and the runner writes down each of its own.
 */
import assert from 'node:assert/strict';
import type { Axis, Box, Colour, PictureReading, SpokenCell } from './picture-reading.ts';
import { near, numberOf } from './picture-reading.ts';

export interface Expected {
  readonly cell: SpokenCell;
  readonly groups: readonly string[];
  readonly value: number;
}

/** Single precision against double, through a whole sequence. */
const rounding = 2e-4;

/** A number with three digits stands for a value. */
export function expectSaid(text: string, value: number, what: string): void {
  const said = numberOf(text);
  assert(Math.abs(said - value) <= 0.006 * Math.abs(value) + rounding, `${what}: said ${text}, is ${value}`);
}

/** A number of a table with all its digits. */
export function expectExact(text: string | undefined, value: number, what: string): void {
  const off = Math.abs(Number(text || NaN) - value) / Math.max(1, Math.abs(value));
  assert(off < rounding, `${what}: in the table ${text}, is ${value}`);
}

/** Every cell with such words says its value as the last of them. */
function expectWords(
  picture: PictureReading,
  words: RegExp,
  valueOf: (...groups: string[]) => number,
  count: number,
): Expected[] {
  const found = picture.cellsOf(words).map(({ cell, groups }) => ({
    ...{ cell, groups },
    value: valueOf(...groups.slice(0, -1)),
  }));
  assert.equal(found.length, count, `cells like ${String(words)}`);
  for (const { cell, groups, value } of found) expectSaid(groups.at(-1)!, value, cell.text);
  return found;
}

/**
 * A heatmap: every cell says the value, and has the colour that the colour bar gives to it.
 * @param words the last group is the value, as it is said
 * @param valueOf of the other groups
 * @param count how many cells there must be
 */
export function expectHeat(
  picture: PictureReading,
  words: RegExp,
  valueOf: (...groups: string[]) => number,
  count: number,
): Expected[] {
  const found = expectWords(picture, words, valueOf, count);
  for (const { cell, value } of found) {
    const shown = picture.valueOf(cell);
    assert(
      Math.abs(shown.value - value) < shown.tolerance + rounding,
      `${cell.text}: the colour says ${shown.value}`,
    );
  }
  return found;
}

/** In each group of cells the brightest is the one of the largest value, where one is clearly the largest. */
export function expectBrightest(
  picture: PictureReading,
  cells: readonly Expected[],
  groupOf: (groups: readonly string[]) => string,
): void {
  let clear = 0;
  const clearly = 0.012 * Math.max(...cells.map(({ value }) => value));
  for (const name of new Set(cells.map(({ groups }) => groupOf(groups)))) {
    const group = cells.filter(({ groups }) => groupOf(groups) === name);
    const [first, second] = [...group].sort((a, b) => b.value - a.value);
    if (!first || !second || first.value - second.value < clearly) continue;
    clear++;
    const brightest = group.reduce((a, b) => (brightness(picture, b) > brightness(picture, a) ? b : a));
    assert.equal(brightest.cell.text, first.cell.text, 'the brightest cell is the largest');
  }
  assert(clear > 0, 'no group has one clear maximum');
}

function brightness(picture: PictureReading, { cell }: Expected): number {
  const [red, green, blue] = picture.middleOf(cell);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Upright bars: every one says its value and reaches from zero to where the axis at the right has that value. */
export function expectBars(
  picture: PictureReading,
  words: RegExp,
  valueOf: (...groups: string[]) => number,
  count: number,
): Expected[] {
  const found = expectWords(picture, words, valueOf, count);
  for (const { cell, value } of found) {
    const { placeOf } = picture.rightAxis(cell);
    expectBar(picture, cell, placeOf(0), placeOf(value));
  }
  return found;
}

/** In the middle of a cell a bar reaches from one height to another, to two pixels. */
export function expectBar(picture: PictureReading, cell: SpokenCell, from: number, to: number): void {
  const at = (y: number): Colour => picture.colourAt(cell.x + cell.width / 2, y);
  expectEnd(at, from, to, cell.text);
}

/** The same lying down, at a height, and of one colour: letters may follow it. */
export function expectLyingBar(
  picture: PictureReading,
  y: number,
  from: number,
  to: number,
  what: string,
): void {
  const at = (x: number): Colour => picture.colourAt(x, y);
  expectEnd(at, from, to, what);
  if (to - from >= 5)
    assert(near(at(to - 2.5), at(from + 2.5), 24), `${what}: one bar up to ${to.toFixed(1)}`);
}

function expectEnd(at: (place: number) => Colour, from: number, to: number, what: string): void {
  const direction = to < from ? -1 : 1;
  const beyond = at(to + 2.5 * direction);
  if (Math.abs(to - from) < 5) {
    assert(
      near(at(to + 4 * direction), at(to + 6 * direction), 24),
      `${what}: a bar beyond ${to.toFixed(1)}`,
    );
    return;
  }
  const inside = at(to - 2.5 * direction);
  assert(!near(inside, beyond, 24), `${what}: no end of a bar at ${to.toFixed(1)}`);
  assert(!near(beyond, at(from + 2.5 * direction), 24), `${what}: the bar goes on beyond ${to.toFixed(1)}`);
}

/**
 * A line: in the middle of every column there is its colour at the height of its value, and a quarter of the way to the next one
 * too, where no dot is. The columns are given from left to right; some may be left out.
 */
export function expectLine(
  picture: PictureReading,
  columns: readonly { readonly cell: Box; readonly value: number }[],
  colour: Colour,
  { placeOf }: Axis,
): void {
  const points = columns.map(({ cell, value }) => ({ x: cell.x + cell.width / 2, y: placeOf(value), cell }));
  points.forEach(({ x, y, cell }, i) => {
    const where = `${columns[i]!.value} at ${x.toFixed(1)}, ${y.toFixed(1)}`;
    assert(picture.hasColour(colour, x, y), `the line is not at ${where}`);
    // A line that is everywhere says nothing: a little above or below there is something else.
    const away = [-9, 9].filter((dy) => !picture.hasColour(colour, x, y + dy, 0));
    assert(away.length > 0, `more than a line at ${where}`);
    const next = points[i + 1];
    if (!next || Math.abs(next.x - x - cell.width) > 0.1) return;
    const on = picture.hasColour(colour, x + cell.width / 4, y + (next.y - y) / 4);
    assert(on, `the line leaves its way after ${where}`);
  });
}
