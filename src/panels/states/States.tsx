/** The states of any model over the sequence. */
import { useState } from 'react';
import { snapshotSources, usePanelSetting, useRun } from '../../state/hooks.ts';
import { HoldScale } from '../common/HoldScale.tsx';
import { Instrument } from '../common/Instrument.tsx';
import { currentMoment, goToPosition } from '../common/moment.ts';
import type { Cell } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import { segmentAt } from '../common/segments.ts';
import { Select } from '../common/Select.tsx';
import type { Scene } from '../common/stage.ts';
import type { VisitKind } from '../common/Stage.tsx';
import type { StateChoice } from './data.ts';
import { stateChoices, stateData } from './data.ts';
import { extentOf, naturalHeight, statesPicture, statesTable } from './picture.ts';

const emptyHeight = 200;

function sceneFor(choice: StateChoice, extent: number | null): Scene {
  return {
    height: () => {
      const moment = currentMoment();
      const data = moment && stateData(moment, choice);
      return data ? naturalHeight(data) : emptyHeight;
    },
    draw: (size, palette) => statesPicture(currentMoment(), { size, palette, choice, extent }),
  };
}

export function States() {
  const run = useRun((state) => state.run);
  const choices = run ? stateChoices(run) : [];
  const [tap, setTap] = usePanelSetting<string>('states', 'tap', '');
  /** Held range, with the tap that it belongs to. */
  const [held, setHeld] = useState<{ readonly tap: string; readonly extent: number } | null>(null);
  const choice = choices.find((candidate) => candidate.tap === tap) ??
    choices[0] ?? { tap: '', label: 'state' };
  const extent = held?.tap === choice.tap ? held.extent : null;
  const hold = (wanted: boolean): void => {
    const moment = currentMoment();
    const data = moment && stateData(moment, choice);
    setHeld(wanted && data ? { tap: choice.tap, extent: extentOf(data) } : null);
  };
  const visit = (cell: Cell | null, kind: VisitKind): void => {
    const moment = currentMoment();
    if (!cell || !moment || kind === 'hover') return;
    const { currentColumn, columnTitle } = stateData(moment, choice) ?? {
      currentColumn: -1,
      columnTitle: '',
    };
    if (currentColumn < 0) return;
    const { run: described, snapshot } = moment;
    goToPosition(columnTitle === 'segment' ? segmentAt(described, snapshot, cell.column).start : cell.column);
  };
  return (
    <Instrument
      id="states"
      title="States"
      howToRead="Each row is one number that the network carries along; each column is a position."
      more={<HowToRead />}
      scene={sceneFor(choice, extent)}
      sources={snapshotSources}
      table={() => {
        const moment = currentMoment();
        return moment ? statesTable(moment, choice) : emptyTable;
      }}
      startCell={() => ({ grid: 'states', column: currentMoment()?.position ?? 0, row: 0 })}
      onVisit={visit}
      controls={
        <>
          <Select
            label="Which state"
            options={choices.map((candidate) => ({ value: candidate.tap, label: candidate.label }))}
            value={choice.tap}
            onChange={setTap}
          />
          <HoldScale held={extent !== null} onHold={hold} />
        </>
      }
    />
  );
}

function HowToRead() {
  return (
    <p>
      Blue is negative, orange positive, what is near zero melts into the page; quantities that cannot be
      negative go from dark to bright. A row that keeps its colour over many positions remembers something; a
      gate that is bright lets through.
    </p>
  );
}
