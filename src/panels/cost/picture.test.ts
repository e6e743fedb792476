import { describe, expect, test } from 'vitest';
import { copyRun } from '../../testing/memnet-moment.ts';
import { darkPalette, lightPalette } from '../common/palette.ts';
import type { Palette } from '../common/palette.ts';
import type { Picture } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import type { CostData } from './picture.ts';
import { costPicture, costTable, hasCost, naturalHeight } from './picture.ts';
import { bytesText, flopsText } from './units.ts';

const working = { horizon: null, workingBytes: 200_000, used: false };
const data: CostData = {
  run: {
    ...copyRun(),
    parameterCount: 2345,
    cost: {
      batchSize: 32,
      steps: 17,
      parameterBytes: 9380,
      forwardFlops: 13_181_280,
      strategies: [
        { ...working, kind: 'full', activationBytes: 836_096, flops: 38_237_472 },
        { ...working, kind: 'truncated', horizon: 8, activationBytes: 420_000, flops: 38_237_472 },
        { ...working, kind: 'checkpointed', used: true, activationBytes: 550_016, flops: 50_517_600 },
        { ...working, kind: 'memoryReplay', activationBytes: 541_824, flops: 50_517_600 },
      ],
    },
  },
  measured: { bytes: 17_345_678, objects: 321 },
};

function draw(palette: Palette = lightPalette, shown = data): Picture {
  const drawn = costPicture(shown, { size: { width: 420, height: naturalHeight(shown) }, palette });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

describe('bars', () => {
  const { marks } = draw();
  const bars = (fill: string) =>
    marks.flatMap((mark) => (mark.kind === 'rect' && mark.fill === fill && mark.height > 10 ? [mark] : []));

  test('are as long as their bytes', () => {
    const activations = bars(lightPalette.series[0]!);
    const { strategies } = data.run.cost;
    expect(activations.length).toBe(4);
    activations.forEach((bar, i) =>
      expect(bar.width / activations[0]!.width).toBeCloseTo(
        strategies[i]!.activationBytes / strategies[0]!.activationBytes,
        9,
      ),
    );
  });

  test('continue with the working space', () => {
    const [first] = bars(lightPalette.series[0]!);
    const [second] = bars(lightPalette.series[4]!);
    expect(second!.x).toBeCloseTo(first!.x + first!.width, 9);
  });
});

test('the strategy in use is marked, and it alone', () => {
  const texts = draw().marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
  expect(texts.filter((text) => text.startsWith('●'))).toEqual(['● checkpointed']);
});

test('exact numbers are spoken', () => {
  const [figures, strategies] = draw().grids;
  expect(figures!.describe(0, 0)).toBe('parameters: 2,345 numbers, 9,380 bytes');
  expect(figures!.describe(0, 2)).toBe('one update, as trained: 50,517,600 floating-point operations');
  expect(figures!.describe(0, 3)).toBe('held by the executor now (tfjs-cpu): 17,345,678 bytes in 321 pieces');
  expect(strategies!.describe(0, 1)).toBe(
    'truncated, horizon 8: 420,000 bytes of activations, 200,000 of working space, 38,237,472 operations',
  );
});

test('bytes that were not measured yet are not shown as none', () => {
  const { grids } = draw(lightPalette, { ...data, measured: { bytes: 0, objects: 0 } });
  expect(grids[0]!.describe(0, 3)).toContain('not measured yet');
});

test('units have three digits', () => {
  expect([0, 999, 836_096, 5_180_160].map(bytesText)).toEqual(['0 B', '999 B', '836 kB', '5.18 MB']);
  expect(flopsText(38_237_472)).toBe('38.2 MFLOP');
});

test('without a run it says what would fill it', () => {
  const options = { size: { width: 420, height: 200 }, palette: lightPalette };
  expect(costPicture(null, options)).toMatchObject({ kind: 'notice' });
  expect(hasCost(copyRun())).toBe(false);
});

test('the table holds every strategy', () => {
  const { columns, rows } = costTable(data);
  expect(rows.map((row) => row[columns.indexOf('in use')])).toEqual([0, 0, 1, 0]);
  expect(rows.every((row) => row.length === columns.length)).toBe(true);
});

test.each([lightPalette, darkPalette])('it looks as stored', async (palette) => {
  const svg = svgOf(draw(palette), { palette });
  await expect(svg).toMatchFileSnapshot(`reference/copy-${palette.theme}.svg`);
});
