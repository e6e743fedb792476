/** The fast weights at the shared cursor. */
import { useState } from 'react';
import { snapshotSources, usePanelSetting, useRun } from '../../state/hooks.ts';
import { Choice } from '../common/Choice.tsx';
import { largestMagnitude } from '../common/data.ts';
import { Instrument } from '../common/Instrument.tsx';
import { LinkedNote } from '../common/LinkedNote.tsx';
import { currentMoment, goToPosition } from '../common/moment.ts';
import type { Cell } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import { Select } from '../common/Select.tsx';
import type { Scene } from '../common/stage.ts';
import type { VisitKind } from '../common/Stage.tsx';
import type { LayerChoice } from './data.ts';
import { fastWeightsData, fastWeightsTable, layerChoices } from './data.ts';
import { fastWeightsPicture, naturalHeight } from './picture.ts';

const emptyHeight = 200;

const scaleModes = [
  {
    value: 'automatic',
    label: 'auto',
    explanation: 'Colours reach to the largest magnitude in this sequence.',
  },
  {
    value: 'fixed',
    label: 'hold',
    explanation: 'Colours keep the range they have now while training goes on.',
  },
] as const;

function sceneFor(choice: LayerChoice, head: number, extent: number | null): Scene {
  return {
    height: (width) => {
      const moment = currentMoment();
      const data = moment && fastWeightsData(moment, choice);
      return data ? naturalHeight(data, width) : emptyHeight;
    },
    draw: (size, palette) => fastWeightsPicture(currentMoment(), { size, palette, choice, head, extent }),
  };
}

export function FastWeights() {
  const run = useRun((state) => state.run);
  const choices = run ? layerChoices(run) : [];
  const [tap, setTap] = usePanelSetting<string>('fast-weights', 'layer', '');
  const [head, setHead] = useState(0);
  const [extent, setExtent] = useState<number | null>(null);
  const choice = choices.find((candidate) => candidate.tap === tap) ??
    choices[0] ?? { tap: '', suffix: '', label: 'layer' };
  const hold = (mode: 'automatic' | 'fixed'): void => {
    const moment = currentMoment();
    const data = moment && fastWeightsData(moment, choice);
    setExtent(mode === 'fixed' && data ? largestMagnitude(data.weights.data) : null);
  };
  const visit = (cell: Cell | null, kind: VisitKind): void => {
    if (!cell || kind === 'hover') return;
    const chosen = /^head-(\d+)$/.exec(cell.grid)?.[1];
    if (chosen === undefined) goToPosition(cell.column);
    else if (kind === 'choose') setHead(Number(chosen));
  };
  return (
    <Instrument
      id="fast-weights"
      title="Fast weights"
      howToRead="The memory is a matrix that every step rewrites a little: keys are its rows, values its columns."
      more={<HowToRead />}
      scene={sceneFor(choice, head, extent)}
      sources={snapshotSources}
      table={() => {
        const moment = currentMoment();
        return moment ? fastWeightsTable(moment, choice) : emptyTable;
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
          <Choice
            label="Colour scale"
            options={scaleModes}
            value={extent === null ? 'automatic' : 'fixed'}
            onChange={hold}
          />
        </>
      }
    />
  );
}

function HowToRead() {
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
