/** The fast weights at the shared cursor. */
import { useState } from 'react';
import { snapshotSources, usePanelSetting, useRun } from '../../state/hooks.ts';
import { HoldScale } from '../common/HoldScale.tsx';
import { Instrument } from '../common/Instrument.tsx';
import { LinkedNote } from '../common/LinkedNote.tsx';
import type { Moment } from '../common/data.ts';
import { currentMoment, goToPosition } from '../common/moment.ts';
import { segmentAt } from '../common/segments.ts';
import type { Cell } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import { Select } from '../common/Select.tsx';
import type { Scene } from '../common/stage.ts';
import type { VisitKind } from '../common/Stage.tsx';
import { associationsHeight, associationsPicture } from './association-picture.ts';
import { associationsData, associationsTable } from './associations.ts';
import { fastWeightsData, fastWeightsTable } from './data.ts';
import type { LayerChoice } from './matrices.ts';
import { extentOf, isAssociative, layerChoices } from './matrices.ts';
import { fastWeightsPicture, naturalHeight } from './picture.ts';

const emptyHeight = 200;

function sceneFor(choice: LayerChoice, head: number, extent: number | null): Scene {
  const heightOf = (moment: Moment, width: number): number => {
    if (isAssociative(choice)) {
      const data = associationsData(moment, choice);
      return data ? associationsHeight(data) : emptyHeight;
    }
    const data = fastWeightsData(moment, choice);
    return data ? naturalHeight(data, width) : emptyHeight;
  };
  const picture = isAssociative(choice) ? associationsPicture : fastWeightsPicture;
  return {
    height: (width) => {
      const moment = currentMoment();
      return moment ? heightOf(moment, width) : emptyHeight;
    },
    draw: (size, palette) => picture(currentMoment(), { size, palette, choice, head, extent }),
  };
}

/** The largest magnitude that is shown now; null while nothing is. */
function currentExtent(choice: LayerChoice): number | null {
  const moment = currentMoment();
  const data = moment && (isAssociative(choice) ? associationsData : fastWeightsData)(moment, choice);
  return data && extentOf(data);
}

/** The first position of the step that a column of the courses stands for. */
function positionOf(choice: LayerChoice, column: number): number {
  const moment = currentMoment();
  return moment && isAssociative(choice) ? segmentAt(moment.run, moment.snapshot, column).start : column;
}

export function FastWeights() {
  const run = useRun((state) => state.run);
  const choices = run ? layerChoices(run) : [];
  const [tap, setTap] = usePanelSetting<string>('fast-weights', 'layer', '');
  const [head, setHead] = useState(0);
  const [extent, setExtent] = useState<number | null>(null);
  const choice = choices.find((candidate) => candidate.tap === tap) ??
    choices[0] ?? { tap: '', label: 'layer' };
  const hold = (held: boolean): void => setExtent(held ? currentExtent(choice) : null);
  const visit = (cell: Cell | null, kind: VisitKind): void => {
    if (!cell || kind === 'hover' || cell.grid === 'associations' || cell.grid === 'normalizer') return;
    const chosen = /^head-(\d+)$/.exec(cell.grid)?.[1];
    if (chosen === undefined) goToPosition(positionOf(choice, cell.column));
    else if (kind === 'choose') setHead(Number(chosen));
  };
  return (
    <Instrument
      id="fast-weights"
      title="Fast weights"
      howToRead={
        isAssociative(choice)
          ? 'The memory is a matrix that every segment rewrites a little: key features go across, values down.'
          : 'The memory is a matrix that every step rewrites a little: keys are its rows, values its columns.'
      }
      more={isAssociative(choice) ? <HowToReadAssociations /> : <HowToReadHeads />}
      scene={sceneFor(choice, head, extent)}
      sources={snapshotSources}
      table={() => {
        const moment = currentMoment();
        if (!moment) return emptyTable;
        return (isAssociative(choice) ? associationsTable : fastWeightsTable)(moment, choice);
      }}
      onVisit={visit}
      controls={
        <>
          {choices.length > 1 && (
            <Select
              label="Which layer"
              options={choices.map((candidate) => ({ value: candidate.tap, label: candidate.label }))}
              value={choice.tap}
              onChange={setTap}
            />
          )}
          <HoldScale held={extent !== null} onHold={hold} />
        </>
      }
    />
  );
}

function HowToReadAssociations() {
  return (
    <>
      <p>
        Blue is negative, orange positive. At the end of a segment every memory token writes what its key does
        not bring back yet, by the share β. All rows of the next segment read: the features of their query
        pick columns of A, and the same features of the normaliser z divide the sum.
      </p>
      <p>
        Below is the course over the segments: how large the matrix is, and along how many directions
        (singular values) it holds something. A norm that grows from segment to segment means writes that do
        not fit what is there already. Click a segment to go to it.
      </p>
      <LinkedNote />
    </>
  );
}

function HowToReadHeads() {
  return (
    <>
      <p>
        Blue is negative, orange positive. Click a matrix to follow its head through the sequence below: how
        large the state is, and along how many directions (singular values) it holds something.
      </p>
      <p>
        With the delta rule a step first takes away the share β of what the matrix holds for its key, then
        writes the new value: 1 − β is the eigenvalue along the key. Near 0 the old value is replaced, near 1
        it stays, below 0 it changes its sign. The gates say how much of the answer comes from the fast
        weights and how much from the window.
      </p>
      <LinkedNote />
    </>
  );
}
