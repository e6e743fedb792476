/** The forgetting of Memformer's slots, and the way of their biases through training. */
import { useState } from 'react';
import { snapshotSources, usePanelSetting } from '../../state/hooks.ts';
import { biasHistory } from '../../state/tap-history.ts';
import { Choice } from '../common/Choice.tsx';
import { Instrument } from '../common/Instrument.tsx';
import { LinkedNote } from '../common/LinkedNote.tsx';
import type { ScaleMode } from '../common/legend.ts';
import { currentMoment, goToPosition } from '../common/moment.ts';
import type { Cell } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import { segmentAt } from '../common/segments.ts';
import type { Scene } from '../common/stage.ts';
import type { VisitKind } from '../common/Stage.tsx';
import { forgettingData, forgettingTable } from './data.ts';
import { forgettingPicture, naturalHeight } from './picture.ts';

const emptyHeight = 200;

const scaleModes = [
  { value: 'fixed', label: '0–180°', explanation: 'Colours keep their meaning while training goes on.' },
  { value: 'automatic', label: 'auto', explanation: 'The brightest colour is the largest angle shown.' },
] as const;

function sceneFor(scaleMode: ScaleMode, slot: number | null): Scene {
  return {
    height: (width) => {
      const moment = currentMoment();
      const data = moment && forgettingData(moment);
      return data ? naturalHeight(data, width) : emptyHeight;
    },
    draw: (size, palette) =>
      forgettingPicture(currentMoment(), { size, palette, scaleMode, slot, entries: biasHistory.entries }),
  };
}

export function Forgetting() {
  const [scaleMode, setScaleMode] = usePanelSetting<ScaleMode>('forgetting', 'scale', 'fixed', scaleModes);
  const [slot, setSlot] = useState<number | null>(null);
  const visit = (cell: Cell | null, kind: VisitKind): void => {
    const moment = currentMoment();
    if (!cell || !moment || kind === 'hover') return;
    const { run, snapshot } = moment;
    if (cell.grid === 'angles') goToPosition(segmentAt(run, snapshot, cell.column).start);
    const ofSlots = ['angles', 'norms', 'half-lives'].includes(cell.grid);
    if (ofSlots && kind === 'choose') setSlot(cell.row);
  };
  return (
    <Instrument
      id="forgetting"
      title="Forgetting"
      howToRead="Each slot is pulled towards its own bias: dark cells are close to it, and have forgotten."
      more={<HowToRead />}
      scene={sceneFor(scaleMode, slot)}
      sources={snapshotSources}
      table={() => {
        const moment = currentMoment();
        return moment ? forgettingTable(moment, biasHistory.entries) : emptyTable;
      }}
      startCell={() => {
        const moment = currentMoment();
        const data = moment && forgettingData(moment);
        return { grid: 'angles', column: data?.segment ?? 0, row: 0 };
      }}
      onVisit={visit}
      controls={
        <Choice label="Colour scale" options={scaleModes} value={scaleMode} onChange={setScaleMode} />
      }
    />
  );
}

function HowToRead() {
  return (
    <>
      <p>
        After every write a slot becomes unit(m′ + b): its bias b is added and the sum is scaled to length 1.
        A slot that takes in nothing new therefore turns towards b, the faster the longer b is. Every slot
        starts at unit(b), so an angle says how far what was written has taken it from there.
      </p>
      <p>
        The half-life is what this recurrence gives, step by step, for a slot that only copies itself
        unchanged: the number of segments in which it comes from a right angle to within 60° of its bias
        (cosine ½). It is a prediction: a slot whose values pass through a projection, or that is written
        again, behaves differently.
      </p>
      <p>
        Click a slot to follow it below. There, circles are where the biases were first seen, dots where they
        are now; the axes are the two along which the directions b/‖b‖ of all slots and steps differ most.
      </p>
      <LinkedNote />
    </>
  );
}
