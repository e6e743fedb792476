/** Only the settings in which the compared runs differ, and what each of them reached. */
import { styleOf } from '../../panels/curves/style.ts';
import { darkPalette, lightPalette } from '../../panels/common/palette.ts';
import type { Arm } from '../../state/fleet/arms.ts';
import type { CompareRow, CompareTable } from '../../state/fleet/table.ts';
import { useTheme } from '../../state/hooks.ts';
import styles from './Compare.module.css';

interface DifferenceTableProps {
  readonly table: CompareTable;
  readonly arms: readonly Arm[];
}

export function DifferenceTable({ table, arms }: DifferenceTableProps) {
  const palette = useTheme() === 'dark' ? darkPalette : lightPalette;
  const colourOf = (key: string | null): string | undefined => {
    const arm = arms.find((one) => one.key === key);
    return arm && styleOf({ kind: 'compared', index: arm.index }, palette).stroke;
  };
  return (
    <div className={styles['scroll']} role="group" tabIndex={0} aria-label="Differences of the compared runs">
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Only what differs</th>
            {table.columns.map(({ key, letter, label }) => (
              <th key={key ?? 'this'} scope="col" title={label} style={{ color: colourOf(key) }}>
                {letter}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.settings.length === 0 && (
            <tr>
              <td colSpan={table.columns.length + 1}>All settings are the same.</td>
            </tr>
          )}
          {table.settings.map((row) => (
            <Row key={row.label} row={row} />
          ))}
        </tbody>
        <tbody>
          {table.results.map((row) => (
            <Row key={row.label} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row: { label, unit, explanation, values, best } }: { readonly row: CompareRow }) {
  return (
    <tr>
      <th scope="row" title={explanation}>
        {label}
        {unit !== '' && <small> {unit}</small>}
      </th>
      {values.map((value, i) => (
        <td key={i} data-best={best.includes(i)}>
          {value}
        </td>
      ))}
    </tr>
  );
}
