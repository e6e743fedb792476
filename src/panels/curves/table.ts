/** The numbers behind the curves. */
import type { Evaluation } from '../common/data.ts';
import type { Table } from '../common/picture.ts';
import type { CurvesData } from './picture.ts';
import { smooth } from './series.ts';

/** One record for each measurement, with its digits; of compared runs, their held-out evaluations. */
export function curvesTable({ run, points, evaluations, arms = [] }: CurvesData): Table {
  const smoothed = smooth(points.map((point) => point.loss));
  return {
    columns: [
      'split',
      'step',
      'seconds',
      'tokens',
      'loss',
      'loss smoothed',
      'perplexity',
      'token accuracy',
      'sequence accuracy',
      'normalised error',
      'gradient norm',
      'learning rate',
    ],
    rows: [
      ...points.map((point, i) => [
        'training batches',
        point.step,
        point.seconds,
        point.tokens,
        point.loss,
        blank(smoothed[i]),
        '',
        '',
        '',
        '',
        point.gradientNorm,
        point.learningRate,
      ]),
      ...evaluations.map((evaluation) =>
        evaluationRow(
          run.splits.find((split) => split.name === evaluation.split)?.label ?? evaluation.split,
          evaluation,
        ),
      ),
      ...arms.flatMap(({ letter, label, runs }) =>
        runs.flatMap((compared) =>
          compared.evaluations
            .filter(({ split }) => split === 'heldOut')
            .map((evaluation) =>
              evaluationRow(`${letter} ${label}, seed ${compared.seed}: held-out`, evaluation),
            ),
        ),
      ),
    ],
  };
}

const blank = (value: number | undefined): string | number =>
  value === undefined || Number.isNaN(value) ? '' : value;

function evaluationRow(name: string, evaluation: Evaluation): (string | number)[] {
  const { step, seconds, tokens, loss } = evaluation;
  const { perplexity, tokenAccuracy, sequenceAccuracy, normalizedError } = evaluation;
  return [
    ...[name, step, seconds, tokens, loss, ''],
    ...[perplexity, tokenAccuracy, sequenceAccuracy, normalizedError].map(blank),
    ...['', ''],
  ];
}
