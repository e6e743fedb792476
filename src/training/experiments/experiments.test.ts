import { describe, expect, it } from 'vitest';
import { elementCount } from '../../graph/types.ts';
import { toyExecutor } from '../../testing/toy-executor.ts';
import { prepareRun } from '../run-config.ts';
import type { RunConfig } from '../run.ts';
import { configOf } from './experiment.ts';
import type { ExperimentRun } from './experiment.ts';
import { experiments } from './registry.ts';
import { trainToEnd } from './replicate.ts';

const how = { seed: 1, executor: 'automatic' } as const;

const groups = experiments.flatMap(({ id, groups }) =>
  groups.map((group) => ({ name: `${id}: ${group.label}`, group })),
);

function parameterCount(run: ExperimentRun): number {
  const { parameters } = prepareRun(configOf(run, { ...how, budget: 'small' }));
  return parameters.reduce((total, { shape }) => total + elementCount(shape), 0);
}

describe('an experiment', () => {
  it('has a name of its own', () => {
    const ids = experiments.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it.each(experiments)('$id names its groups and rows apart', ({ groups }) => {
    const labels = groups.flatMap(({ label, runs }) => runs.map((run) => `${label}: ${run.label}`));
    expect(new Set(labels).size).toBe(labels.length);
  });

  it.each(groups)(
    '$name has runs that can be trained, and splits and metrics that its tasks have',
    ({ group }) => {
      expect(group.runs.length).toBeGreaterThan(1);
      for (const run of group.runs) {
        const { task, training, config } = prepareRun(configOf(run, { ...how, budget: 'full' }));
        expect(training).toMatchObject({ steps: run.steps.full, evaluationInterval: run.steps.full });
        expect(run.steps.small).toBeLessThanOrEqual(run.steps.full);
        // Nothing that a row sets was misspelt and silently left out.
        expect(config.model.fields).toMatchObject(run.model.fields);
        expect(config.task.fields).toMatchObject(run.task.fields);
        expect(config.training).toMatchObject(run.training);
        for (const { split, metric, chance } of group.measures) {
          expect(task.splits.map(({ name }) => name)).toContain(split);
          expect(metric === 'normalizedError').toBe(task.kind === 'vectors');
          if (chance !== undefined) expect(task.baseline).toMatchObject({ value: chance });
        }
      }
    },
  );

  it.each(groups.filter(({ group }) => group.matchedParameters))(
    '$name compares models with as many parameters, to within a tenth',
    ({ group }) => {
      const [first, ...others] = group.runs.map(parameterCount);
      for (const count of others) expect(Math.abs(count / first! - 1)).toBeLessThan(0.1);
    },
  );
});

describe('trainToEnd', () => {
  const config: RunConfig = {
    version: 1,
    task: { id: 'copy', fields: { symbols: 3, minimumLength: 1, maximumLength: 2 } },
    model: { id: 'memnet', fields: { slots: 3, hiddenSize: 4, keySize: 4, valueSize: 4 } },
    training: { batchSize: 4, steps: 3, evaluationInterval: 3, evaluationSamples: 8 },
    seed: 7,
    executor: 'automatic',
  };

  it('measures every split once, after the last step', async () => {
    const result = await trainToEnd(config, toyExecutor());
    expect(result).toMatchObject({ seed: 7, steps: 3, failure: null });
    expect(Object.keys(result.scores)).toEqual(['train', 'heldOut', 'double', 'quadruple']);
    for (const scores of Object.values(result.scores)) {
      expect(scores.tokenAccuracy).toBeGreaterThanOrEqual(0);
      expect(scores.tokenAccuracy).toBeLessThanOrEqual(1);
      expect(scores.normalizedError).toBeNull();
    }
    expect(result.wallSeconds).toBeGreaterThanOrEqual(result.trainingSeconds);
  });
});
