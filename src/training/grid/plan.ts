/**
 * Which cells a grid has, and which programs measure them. Samples are padded to one of a few lengths, those of the task's
 * splits first, so that a grid of fifty cells compiles at most a handful of programs.
 */
import type { Difficulty } from '../../tasks/task.ts';
import type { PreparedRun } from '../run-config.ts';
import type { GridDescription } from './grid.ts';

/** Longer than this many times the trained length, or than so many positions, is not measured: it would take too long. */
const longest = { factor: 4, positions: 1024 };

export interface PlannedCell {
  readonly levels: readonly number[];
  /** Of the program that measures it; its samples are padded to it. */
  readonly length: number;
}

/** null where the task has no measure of difficulty. */
export function describeGrid(run: PreparedRun): GridDescription | null {
  const { difficulty } = run.task;
  if (!difficulty) return null;
  const trained = run.lengthOf('train');
  const most = Math.max(trained, Math.min(longest.factor * trained, longest.positions));
  const cells = levelsOf(difficulty).map((levels) => {
    const positions = difficulty.positions(levels);
    const obstacle =
      positions > most
        ? `its samples have ${positions} positions, and at most ${most} are measured`
        : run.problemAt(positions);
    return { levels, positions, obstacle };
  });
  return { axes: difficulty.axes, cells };
}

/** The cells that can be measured, the shortest first. */
export function plannedCells(run: PreparedRun): readonly PlannedCell[] {
  const cells = (describeGrid(run)?.cells ?? []).filter(({ obstacle }) => obstacle === null);
  const lengths = run.task.splits.map(({ length }) => length);
  const highest = Math.max(...cells.map(({ positions }) => positions));
  return cells
    .map(({ levels, positions }) => ({
      levels,
      length: Math.min(highest, ...lengths.filter((length) => length >= positions)),
    }))
    .sort((a, b) => a.length - b.length);
}

/** The first axis runs fastest. */
function levelsOf({ axes: [first, second] }: Difficulty): number[][] {
  const rows = second ? second.values : [null];
  return rows.flatMap((row) => first.values.map((column) => (row === null ? [column] : [column, row])));
}
