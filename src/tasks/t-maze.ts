/**
 * Passive T-maze: a cue is seen once, a corridor follows, and at the junction the way that the cue showed must be taken. The
 * supervised form of the task of Ni et al. 2023: the walker goes on by itself and only the last turn counts.
 *
 *     in    ↑ ─ ─ ─ ─ ┤
 *     out             ↑
 */
import { checkFields, integer, toggle } from '../foundation/fields.ts';
import type { ValuesOf } from '../foundation/fields.ts';
import { RandomStream } from '../foundation/random.ts';
import { doublingTo, lengthAxis } from './common/difficulty.ts';
import { lengthFields, lengthRange } from './common/fields.ts';
import { drawOnSide, heldOutSentence, isSeparable, lengthFactor } from './common/splits.ts';
import { lengthSplits, trainedSplits } from './common/splits.ts';
import { TokenWriter, blankLabel, chance, targetsWhere, tokenInstance } from './common/tokens.ts';
import type { DifficultyAxis, SplitName, TaskDefinition, TaskInstance, TokenSample } from './task.ts';

const ways = ['↑', '↓', '↖', '↗', '↘', '↙', '←', '→'];
const walls = ['─', '═', '┄', '┅'];

const fields = {
  ways: integer('Ways', [2, 2, 8], 'How many ways leave the junction. A guess is right once in that many.'),
  ...lengthFields('cells', [1, 1, 128], [1, 20, 128]),
  patterns: toggle(
    'Patterned corridor',
    true,
    'Every cell of the corridor looks one of four ways at random, so that there is something to write over the cue with. Off: all cells look alike.',
  ),
};

export const tMaze: TaskDefinition = {
  id: 't-maze',
  name: 'T-maze',
  summary:
    'A cue is shown, a corridor follows, and at the junction the cue must be known: one fact, kept for as long as it takes.',
  source: 'after Ni et al. 2023 (passive T-maze)',
  fields,
  instantiate: (given) => tMazeInstance(checkFields(fields, given)),
};

function tMazeInstance(config: ValuesOf<typeof fields>): TaskInstance {
  const [shortest, longest] = lengthRange(config);
  const corridor = config.ways;
  const junction = corridor + walls.length;
  const blank = junction + 1;
  const looks = config.patterns ? walls.length : 1;

  function sample(seed: number, split: SplitName, index: number): TokenSample {
    const random = new RandomStream('t-maze', seed, split, index);
    const factor = lengthFactor(split);
    const cells = factor > 1 ? factor * longest : random.between(shortest, longest);
    return draw(random, split, cells, looks);
  }

  function draw(random: RandomStream, split: SplitName, cells: number, used: number): TokenSample {
    const path = drawOnSide(split, isSeparable(config.ways * used ** cells), () => [
      random.integer(config.ways),
      ...Array.from({ length: cells }, () => corridor + random.integer(used)),
    ]);
    return new TokenWriter()
      .read(...path)
      .ask(junction, path[0]!)
      .finish();
  }

  const length = lengthAxis(
    'cells',
    [shortest, longest],
    'How long the corridor is between the cue and the junction.',
  );
  const pattern: DifficultyAxis = {
    name: 'looks',
    label: 'patterns',
    explanation: 'In how many ways the cells of the corridor look; with one, nothing is there to be noticed.',
    values: doublingTo(looks, 1),
    trained: [looks, looks],
  };

  return tokenInstance({
    vocabulary: [...ways.slice(0, config.ways), ...walls, '┤', blankLabel],
    paddingToken: blank,
    splits: [
      ...trainedSplits(
        longest + 2,
        config.patterns
          ? heldOutSentence('corridors')
          : 'The same kind of data: all corridors look alike, so there are no others to keep back.',
      ),
      ...lengthSplits('cells', (factor) => factor * longest + 2),
    ],
    sample,
    difficulty: {
      axes: config.patterns ? [length, pattern] : [length],
      positions: ([cells = 0]) => cells + 2,
      sample(seed, [cells = 0, used = looks], index) {
        const random = new RandomStream('t-maze', seed, 'levels', cells, used, index);
        return draw(random, 'heldOut', cells, used);
      },
    },
    complete(typed) {
      const path = typed.at(-1) === junction ? typed.slice(0, -1) : typed;
      const [cue = junction, ...cells] = path;
      const fits = cue < corridor && cells.every((cell) => cell >= corridor && cell < junction);
      return fits
        ? new TokenWriter()
            .read(...path)
            .ask(junction, cue)
            .finish()
        : null;
    },
    reference: (given) => targetsWhere(given, () => given.tokens[0]),
    baseline: chance(config.ways),
  });
}
