/** The grid of one training step as cells: the first axis of difficulty along x, the second along y, upwards. */
import type { GeneralisationGrid, GridCell, GridDescription } from '../../state/grid-store.ts';
import type { Run } from '../common/data.ts';
import type { Table } from '../common/picture.ts';

export type { GeneralisationGrid, GridCell };
export type Axis = GridDescription['axes'][number];

export type LevelsMetric = 'tokenAccuracy' | 'sequenceAccuracy';

export const levelsMetrics: readonly { readonly name: LevelsMetric; readonly label: string }[] = [
  { name: 'tokenAccuracy', label: 'token accuracy' },
  { name: 'sequenceAccuracy', label: 'sequence accuracy' },
];

export interface LevelsCell {
  /** One for each axis. */
  readonly levels: readonly number[];
  readonly trained: boolean;
  /** null where it was not measured. */
  readonly measured: GridCell | null;
  /** Why it was not, where there is more to say than that. */
  readonly obstacle: string | null;
}

export interface LevelsGrid {
  readonly columns: Axis;
  /** null for a task with one axis: there is one row. */
  readonly rows: Axis | null;
  readonly rowCount: number;
  /** Row 0 is on top and has the highest level. */
  readonly cell: (column: number, row: number) => LevelsCell;
  /** Cells of the trained region: from, and up to but without. */
  readonly trained: {
    readonly columns: readonly [number, number];
    readonly rows: readonly [number, number];
  };
}

/** null where the task has no measure of difficulty. */
export function levelsGrid({ grid: description }: Run, grid: GeneralisationGrid): LevelsGrid | null {
  const columns = description?.axes[0];
  if (!description || !columns) return null;
  const rows = description.axes[1] ?? null;
  const rowCount = rows?.values.length ?? 1;
  const keyOf = (levels: readonly number[]): string => levels.join(' ');
  const measured = new Map(grid.cells.map((cell) => [keyOf(cell.levels), cell]));
  const described = new Map(description.cells.map((cell) => [keyOf(cell.levels), cell]));
  const trainedRows = rows ? trainedSpan(rows) : ([0, 1] as const);
  return {
    ...{ columns, rows, rowCount },
    cell: (column, row) => {
      const x = columns.values[column]!;
      const y = rows?.values[rowCount - 1 - row];
      const levels = y === undefined ? [x] : [x, y];
      const key = keyOf(levels);
      return {
        levels,
        trained: isTrained(columns, x) && (!rows || isTrained(rows, y!)),
        measured: measured.get(key) ?? null,
        obstacle: described.get(key)?.obstacle ?? null,
      };
    },
    trained: {
      columns: trainedSpan(columns),
      rows: [rowCount - trainedRows[1], rowCount - trainedRows[0]],
    },
  };
}

const isTrained = ({ trained: [low, high] }: Axis, level: number): boolean => level >= low && level <= high;

/** Indices of the trained levels, which stand together: from, and up to but without. */
function trainedSpan(axis: Axis): readonly [number, number] {
  const from = axis.values.findIndex((level) => isTrained(axis, level));
  return [from, from + axis.values.filter((level) => isTrained(axis, level)).length];
}

/** e.g. "length (symbols)" */
export const axisTitle = ({ label, unit }: Axis): string =>
  unit === undefined ? label : `${label} (${unit})`;

/** One record for each measured cell. */
export function levelsTable(run: Run, grid: GeneralisationGrid): Table {
  const axes = run.grid?.axes ?? [];
  return {
    columns: [
      'training step',
      ...axes.map(axisTitle),
      ...['trained', 'samples', 'answers'],
      ...levelsMetrics.flatMap(({ label }) => [label, `${label}, 95 % from`, `${label}, 95 % to`]),
    ],
    rows: grid.cells.map((cell) => [
      grid.step,
      ...cell.levels,
      axes.every((axis, i) => isTrained(axis, cell.levels[i]!)) ? 1 : 0,
      ...[grid.samples, cell.answers],
      ...[cell.tokenAccuracy, ...cell.tokenInterval],
      ...[cell.sequenceAccuracy, ...cell.sequenceInterval],
    ]),
  };
}
