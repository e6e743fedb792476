import { afterEach, expect, test } from 'vitest';
import { LocalWorker } from '../../testing/local-worker.ts';
import { createTrainingClient } from '../../worker/client.ts';
import { Fleet } from '../fleet/fleet.ts';
import { runStore } from '../run-store.ts';
import { settingsStore } from '../settings-store.ts';
import { cell, experiments, liveRow, pageConfig, rowLabels, showTask, trainRows } from './comparison.ts';
import type { Experiment } from './comparison.ts';
import { findingOf, recordedFinding, recordedReport } from './recorded.ts';

const run = (label: string, hiddenSize: number, steps = 6): Experiment['groups'][number]['runs'][number] => ({
  label,
  task: { id: 'copy', fields: { symbols: 3, minimumLength: 1, maximumLength: 2 } },
  model: { id: 'lstm', fields: { hiddenSize } },
  training: { batchSize: 2 },
  steps: { small: steps, full: steps },
});

const experiment: Experiment = {
  id: 'toy',
  name: 'A toy',
  claim: 'Wider is better.',
  source: 'this test',
  reading: 'Share of symbols.',
  groups: [
    {
      label: 'Width',
      measures: [{ label: 'symbols', split: 'heldOut', metric: 'tokenAccuracy' }],
      runs: [run('narrow', 2), run('wide', 4)],
    },
  ],
};

let fleet: Fleet | null = null;
const open = (): Fleet => {
  // Node lets a channel that writes to itself starve all others.
  const toy = { beforeStep: () => new Promise<void>((resolve) => setImmediate(resolve)) };
  const createWorker = (): Worker => new LocalWorker(toy) as unknown as Worker;
  return (fleet = new Fleet(() => createTrainingClient({ createWorker })));
};

afterEach(() => fleet?.dispose());

async function done(trained: Fleet): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = trained.subscribe(() => {
      if (trained.busy) return;
      stop();
      resolve();
    });
  });
}

const row = (trained: Fleet, label: string) => liveRow(experiment, label, trained.members);

test('chosen rows and seeds are trained, and what they measure reads like a recording', async () => {
  const own = open();
  trainRows(experiment, new Set(['wide']), 2, own);
  expect(row(own, 'wide').status).not.toBe('');
  await done(own);
  const { results, status } = row(own, 'wide');
  expect(status).toBe('2 seeds done');
  expect(results.map(({ seed, steps }) => [seed, steps])).toEqual([
    [1, 6],
    [2, 6],
  ]);
  expect(results.every(({ parameters }) => parameters > 0)).toBe(true);
  expect(cell(experiment.groups[0]!.measures[0]!, results)).toMatch(/^\d\.\d\d( \(\d\.\d\d–\d\.\d\d\))?$/);
  expect(row(own, 'narrow')).toEqual({ results: [], status: '' });
});

test('rows that are trained again replace what they were, and the others stay', async () => {
  const own = open();
  trainRows(experiment, new Set(['narrow', 'wide']), 1, own);
  await done(own);
  const [kept] = own.members;
  trainRows(experiment, new Set(['wide']), 2, own);
  await done(own);
  expect(own.members[0]).toBe(kept);
  expect(own.members.map(({ label, config }) => [label, config.seed])).toEqual([
    ['narrow', 1],
    ['wide', 1],
    ['wide', 2],
  ]);
});

test('a fleet without room says so and keeps what it had', async () => {
  runStore.setState({ messages: [] });
  const own = open();
  trainRows(experiment, new Set(['narrow']), 1, own);
  await done(own);
  trainRows(experiment, new Set(['narrow', 'wide']), 40, own);
  expect(own.members.map(({ label, state }) => [label, state])).toEqual([['narrow', 'finished']]);
  expect(runStore.getState().messages.at(-1)?.content.code).toBe('fleet-full');
});

test('the first chosen row becomes the present run, unless that was trained', () => {
  const { status } = runStore.getState();
  const before = settingsStore.getState().config;
  runStore.setState({ status: { ...status, step: 7 } });
  showTask(experiment, new Set(['wide']));
  expect(settingsStore.getState().config).toBe(before);
  runStore.setState({ status: { ...status, step: 0, state: 'paused' } });
  showTask(experiment, new Set(['wide']));
  expect(settingsStore.getState().config.model).toMatchObject({ id: 'lstm', fields: { hiddenSize: 4 } });
});

test.each(experiments)(
  '$id can be trained on the page, and each of its rows has a name of its own',
  (one) => {
    const labels = rowLabels(one);
    expect(new Set(labels).size).toBe(labels.length);
    for (const { runs } of one.groups) {
      for (const each of runs) {
        const { training } = pageConfig(each, 3);
        expect(training['steps']).toBe(each.steps.small);
        expect(Number(training['evaluationInterval'])).toBeLessThan(each.steps.small);
      }
    }
  },
);

test.each(experiments)(
  'what was recorded of $id belongs to it, and is compared with the paper',
  async (one) => {
    const report = await recordedReport(one.id);
    if (!report) return;
    expect(report.experiment).toBe(one.id);
    const known = one.groups.flatMap(({ label, runs }) => runs.map((each) => `${label}: ${each.label}`));
    for (const { group, label } of report.rows) expect(known).toContain(`${group}: ${label}`);
    const finding = await recordedFinding(one.id);
    expect(finding?.paragraphs.join(' ').length).toBeGreaterThan(100);
  },
);

test('a finding is a section of its own, without the marks of Markdown', () => {
  const markdown = '# All\n\n### One: agrees (`one`)\n\nA\nline.\n\n`code`.\n\n### Two (`two`)\n\nOther.\n';
  expect(findingOf(markdown, 'one')).toEqual({ title: 'One: agrees', paragraphs: ['A line.', 'code.'] });
  expect(findingOf(markdown, 'two')?.paragraphs).toEqual(['Other.']);
  expect(findingOf(markdown, 'three')).toBeNull();
});
