import { describe, expect, test } from 'vitest';
import { copyMoment } from '../../testing/memnet-moment.ts';
import { lightPalette } from '../common/palette.ts';
import type { Mark, Picture } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import { timelinePicture } from '../timeline/picture.ts';
import { besidePicture, besideTable, naturalHeight } from './picture.ts';
import type { Side } from './picture.ts';
import type { Shown } from './views.ts';
import { views } from './views.ts';

const sides: readonly Side[] = [
  { title: 'this run', colour: null, moment: copyMoment({ length: 4, slots: 6 }) },
  {
    ...{ title: 'A, noise 0 → 2', colour: lightPalette.series[2]! },
    moment: copyMoment({ length: 4, slots: 6, noise: 2, seed: 3 }),
  },
];
const timeline = views.find(({ id }) => id === 'timeline')!;

function draw(width: number, from = sides, view = timeline): Picture {
  const size = { width, height: naturalHeight(from, view, width) };
  const drawn = besidePicture(from, { size, palette: lightPalette, view });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

const texts = (marks: readonly Mark[]): string[] =>
  marks.flatMap((mark) =>
    mark.kind === 'text' ? [mark.text] : mark.kind === 'group' ? texts(mark.marks) : [],
  );

describe('two runs', () => {
  test('are drawn as the instrument draws each of them', () => {
    const picture = draw(1220);
    const groups = picture.marks.flatMap((mark) => (mark.kind === 'group' && mark.y === 24 ? [mark] : []));
    const size = { width: 600, height: picture.height - 24 };
    for (const [i, { moment }] of sides.entries()) {
      const options = { size, palette: lightPalette, by: 'event', scaleMode: 'fixed', event: null } as const;
      const alone = timelinePicture(moment, options);
      expect(alone.kind === 'picture' && alone.marks).toEqual(groups[i]!.marks);
    }
    expect(groups.map(({ x }) => x)).toEqual([0, 620]);
  });

  test('stand one above the other where there is no room', () => {
    const grids = draw(600).grids.filter(({ id }) => id.endsWith('tokens'));
    expect(grids[0]!.x).toBe(grids[1]!.x);
    expect(grids[1]!.y).toBeGreaterThan(grids[0]!.y + 200);
  });

  test('say whose a cell is, and who they are', () => {
    const picture = draw(1220);
    expect(picture.grids.find(({ id }) => id === '1 tokens')!.describe(0, 0)).toMatch(/^A, noise 0 → 2: /);
    expect(texts(picture.marks).some((text) => /^this run, step [\d,]+, sample \d/.test(text))).toBe(true);
    expect(picture.summary).toContain('A, noise 0 → 2: ');
  });

  test('may lack the instrument, or have no picture yet', () => {
    const [own, other] = sides as readonly [Side, Side];
    const without = { ...other, moment: { ...other.moment!, run: { ...other.moment!.run, taps: [] } } };
    const slots = views.find(({ id }) => id === 'slots')!;
    expect(texts(draw(1220, [own, without], slots).marks)).toContain(
      'This model has no such instrument: slots.',
    );
    expect(texts(draw(1220, [own, { ...other, moment: null }]).marks)).toContain(
      'This run has no picture yet.',
    );
    expect(
      besidePicture([own], { size: { width: 600, height: 400 }, palette: lightPalette, view: slots }).kind,
    ).toBe('notice');
  });

  test('show their generalisation grids, where they were measured', () => {
    const cells = [1, 2].map((level) => ({
      ...{ levels: [level], answers: 8, tokenAccuracy: level / 2, sequenceAccuracy: level / 2 },
      ...{ tokenInterval: [0, 1] as const, sequenceInterval: [0, 1] as const },
    }));
    const axis = {
      name: 'length',
      label: 'length',
      explanation: '',
      values: [1, 2],
      trained: [1, 1] as const,
    };
    const measurable = (side: Side, grid: NonNullable<Shown['grid']> | null): Side => {
      const { moment } = side;
      const described = {
        axes: [axis],
        cells: cells.map(({ levels }) => ({ levels, positions: 3, obstacle: null })),
      };
      return { ...side, moment: { ...moment!, run: { ...moment!.run, grid: described }, grid } };
    };
    const view = views.find(({ id }) => id === 'generalisation')!;
    const both = [
      measurable(sides[0]!, null),
      measurable(sides[1]!, { step: 40, samples: 8, cells }),
    ] as const;
    const picture = draw(1220, both, view);
    expect(texts(picture.marks)).toContain('No generalisation grid of this run was measured yet.');
    expect(picture.grids.map(({ id }) => id)).toEqual(['1 levels']);
    expect(picture.grids[0]!.describe(1, 0)).toMatch(
      /^A, noise 0 → 2: Step 40, length 2 \(never trained\): token accuracy 100 %/,
    );
    expect(besideTable(both, view).rows.map(([run, step]) => [run, step])).toEqual([
      ['A, noise 0 → 2', 40],
      ['A, noise 0 → 2', 40],
    ]);
  });

  test('share a table', () => {
    const { columns, rows } = besideTable(sides, timeline);
    expect(columns[0]).toBe('run');
    expect(new Set(rows.map(([run]) => run))).toEqual(new Set(['this run', 'A, noise 0 → 2']));
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
  });
});

test('it looks as stored', async () => {
  await expect(svgOf(draw(1220), { palette: lightPalette })).toMatchFileSnapshot(
    'reference/timelines-light.svg',
  );
});
