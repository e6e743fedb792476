/**
 * How well the network does beyond what it was trained on: at every level of difficulty as of one training step, or on every
 * split over the training steps.
 */
import { useEffect } from 'react';
import { cursorStore } from '../../state/cursor-store.ts';
import { followGrids, gridShownAt, gridStore } from '../../state/grid-store.ts';
import { metricsSources, usePanelSetting, useRun } from '../../state/hooks.ts';
import type { Subscribable } from '../../state/hooks.ts';
import { runStore } from '../../state/run-store.ts';
import { Choice } from '../common/Choice.tsx';
import { useFolded } from '../common/Frame.tsx';
import { Instrument } from '../common/Instrument.tsx';
import { linkStore } from '../common/links.ts';
import { currentProgress } from '../common/moment.ts';
import type { Cell, Table } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import type { Scene } from '../common/stage.ts';
import type { GridMetric } from './data.ts';
import { gridTable, metricFor } from './data.ts';
import type { LevelsMetric } from './levels-data.ts';
import { levelsTable } from './levels-data.ts';
import type { LevelsData } from './levels-picture.ts';
import { levelsPicture, naturalHeight as levelsHeight } from './levels-picture.ts';
import { Measuring } from './Measuring.tsx';
import { generalisationPicture, naturalHeight, shownGrid } from './picture.ts';

const emptyHeight = 120;
const sources: readonly Subscribable[] = [...metricsSources, gridStore, cursorStore];

const accuracies = [
  { value: 'tokenAccuracy', label: 'tokens', explanation: 'Share of answer positions that are right.' },
  {
    value: 'sequenceAccuracy',
    label: 'sequences',
    explanation: 'Share of samples whose every answer is right.',
  },
] as const;

const views = [
  {
    value: 'levels',
    label: 'by difficulty',
    explanation: 'Accuracy at every level of difficulty, as of one training step.',
  },
  {
    value: 'training',
    label: 'over training',
    explanation: 'Accuracy on every split of the task, at the last evaluations.',
  },
] as const;

function currentLevels(): LevelsData | null {
  const { run } = runStore.getState();
  const { step } = cursorStore.getState();
  return run && { run, grid: gridShownAt(step), step };
}

const levelsScene = (metric: LevelsMetric): Scene => ({
  height: () => {
    const data = currentLevels();
    return data?.grid ? levelsHeight(data.run) : emptyHeight;
  },
  draw: (size, palette) => levelsPicture(currentLevels(), { size, palette, metric }),
});

const trainingScene = (metric: GridMetric): Scene => ({
  height: () => {
    const progress = currentProgress();
    return progress && progress.evaluations.length > 0 ? naturalHeight(progress.run) : emptyHeight;
  },
  draw: (size, palette) => generalisationPicture(currentProgress(), { size, palette, metric }),
});

function levelsNumbers(): Table {
  const data = currentLevels();
  return data?.grid ? levelsTable(data.run, data.grid) : emptyTable;
}

function trainingNumbers(metric: GridMetric): Table {
  const progress = currentProgress();
  return progress ? gridTable(progress.run, progress.evaluations, metric) : emptyTable;
}

export function Generalisation() {
  const run = useRun((state) => state.run);
  const measurable = run?.grid !== undefined;
  const [asked, setAsked] = usePanelSetting<LevelsMetric>(
    'generalisation',
    'accuracy',
    'tokenAccuracy',
    accuracies,
  );
  const [chosen, setView] = usePanelSetting<(typeof views)[number]['value']>(
    'generalisation',
    'view',
    'training',
    views,
  );
  const [follow, setFollow] = usePanelSetting<boolean>('generalisation', 'follow', false);
  const folded = useFolded('generalisation');
  useEffect(
    () => (follow && measurable && !folded ? followGrids() : undefined),
    [follow, measurable, folded],
  );

  const view = measurable ? chosen : 'training';
  const metric: GridMetric = run ? metricFor(run, asked).name : asked;
  const visit = (cell: Cell | null): void => {
    const progress = cell && view === 'training' ? currentProgress() : null;
    const crosshair = progress && cell ? (shownGrid(progress, metric).steps[cell.column] ?? null) : null;
    linkStore.setState({ crosshair });
  };
  return (
    <Instrument
      id="generalisation"
      title="Generalisation"
      howToRead={
        view === 'levels'
          ? 'Each cell is one level of difficulty; cells outside the frame were never trained.'
          : 'Each row is one kind of data; rows outside the frame are lengths that were never trained.'
      }
      more={view === 'levels' ? <HowToReadLevels /> : <HowToReadTraining />}
      toolbar={measurable && <Measuring follow={follow} onFollow={setFollow} />}
      scene={view === 'levels' ? levelsScene(asked) : trainingScene(metric)}
      sources={sources}
      table={() => (view === 'levels' ? levelsNumbers() : trainingNumbers(metric))}
      onVisit={visit}
      controls={
        <>
          {measurable && <Choice label="What is shown" options={views} value={view} onChange={setView} />}
          {run?.kind !== 'vectors' && (
            <Choice label="Accuracy of" options={accuracies} value={asked} onChange={setAsked} />
          )}
        </>
      }
    />
  );
}

function HowToReadLevels() {
  return (
    <>
      <p>
        Every cell is measured on samples of its own at that level, with the weights of one training step; the
        frame holds the levels that training shows. Even there no sample is one that was trained, where the
        task keeps some apart. A cell that stays bright far outside the frame is a rule that was learned
        rather than a length; where the colour falls off tells what the memory runs out of.
      </p>
      <p>
        The exact value comes with its 95 % interval: so few samples leave that much open (Wilson’s, with
        answers of one sample counted as dependent). A crossed cell is too long to be measured. Several
        measurements are kept with the run; the cursor of the training step shows the latest before it.
      </p>
    </>
  );
}

function HowToReadTraining() {
  return (
    <p>
      Columns are the last evaluations, the newest at the right with its value beside it. Bright rows outside
      the frame are what the network has learned as a rule rather than for one length. For vectors the error
      is divided by the variance of the targets: 1 is what guessing their mean reaches, less is better.
    </p>
  );
}
