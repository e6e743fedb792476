/** The results as a table for the terminal: per workload, slowest last, with the ratio to every other full row. */

/** @param {number | null} bytes */
const mebibytes = (bytes) => (bytes === null ? '' : (bytes / 1024 ** 2).toFixed(1));

/**
 * @param {import('./run.mjs').Row[]} rows
 * @param {number} matmulGflops
 */
export function printTable(rows, matmulGflops) {
  console.log(`\nMatrix products of one thread (wasm, 256³): ${matmulGflops.toFixed(1)} GFLOP/s`);
  const header = [
    'workload',
    'system',
    'strategy',
    'ms/step',
    '× wasm',
    'calls',
    'GFLOP/s',
    'of matmul',
    'MiB planned',
    'MiB measured',
  ];
  const lines = rows.map((row) => {
    const own = rows.find(
      ({ workload, system, strategy }) =>
        workload === row.workload && system === 'wasm' && strategy === 'full',
    );
    return [
      row.workload,
      row.system,
      row.strategy,
      row.msPerStep.toFixed(2),
      own ? (row.msPerStep / own.msPerStep).toFixed(2) : '',
      String(row.calls ?? ''),
      Number.isNaN(row.gflops) ? '' : row.gflops.toFixed(2),
      Number.isNaN(row.shareOfMatmul) ? '' : `${(100 * row.shareOfMatmul).toFixed(0)} %`,
      mebibytes(row.activationBytes),
      mebibytes(row.measuredBytes),
    ];
  });
  const widths = header.map((title, i) =>
    Math.max(title.length, ...lines.map((line) => line[i]?.length ?? 0)),
  );
  for (const line of [header, ...lines]) {
    console.log(
      line.map((text, i) => (i < 3 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join('  '),
    );
  }
}
