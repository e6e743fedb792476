/** How well the network does on every length of the task, trained or not. The step under the pointer is shared with the curves. */
import { metricsSources, usePanelSetting, useRun } from '../../state/hooks.ts';
import { Choice } from '../common/Choice.tsx';
import { Instrument } from '../common/Instrument.tsx';
import { linkStore } from '../common/links.ts';
import { currentProgress } from '../common/moment.ts';
import type { Cell } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import type { Scene } from '../common/stage.ts';
import type { GridMetric } from './data.ts';
import { gridTable, metricFor } from './data.ts';
import { generalisationPicture, naturalHeight, shownGrid } from './picture.ts';

const emptyHeight = 120;

const accuracies = [
  { value: 'tokenAccuracy', label: 'tokens', explanation: 'Share of answer positions that are right.' },
  {
    value: 'sequenceAccuracy',
    label: 'sequences',
    explanation: 'Share of samples whose every answer is right.',
  },
] as const;

export function Generalisation() {
  const run = useRun((state) => state.run);
  const [asked, setAsked] = usePanelSetting<(typeof accuracies)[number]['value']>(
    'generalisation',
    'accuracy',
    'tokenAccuracy',
    accuracies,
  );
  const metric: GridMetric = run ? metricFor(run, asked).name : asked;
  const scene: Scene = {
    height: () => {
      const progress = currentProgress();
      return progress && progress.evaluations.length > 0 ? naturalHeight(progress.run) : emptyHeight;
    },
    draw: (size, palette) => generalisationPicture(currentProgress(), { size, palette, metric }),
  };
  const visit = (cell: Cell | null): void => {
    const progress = cell && currentProgress();
    const crosshair = progress ? (shownGrid(progress, metric).steps[cell.column] ?? null) : null;
    linkStore.setState({ crosshair });
  };
  return (
    <Instrument
      id="generalisation"
      title="Generalisation"
      howToRead="Each row is one kind of data; rows outside the frame are lengths that were never trained."
      more={
        <p>
          Columns are the last evaluations, the newest at the right with its value beside it. Bright rows
          outside the frame are what the network has learned as a rule rather than for one length. For vectors
          the error is divided by the variance of the targets: 1 is what guessing their mean reaches, less is
          better.
        </p>
      }
      scene={scene}
      sources={metricsSources}
      table={() => {
        const progress = currentProgress();
        return progress ? gridTable(progress.run, progress.evaluations, metric) : emptyTable;
      }}
      onVisit={visit}
      controls={
        run?.kind === 'vectors' ? null : (
          <Choice label="Accuracy of" options={accuracies} value={asked} onChange={setAsked} />
        )
      }
    />
  );
}
