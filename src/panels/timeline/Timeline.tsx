/** The memory timeline, fed by the latest snapshot and the shared cursor. */
import { useMemo } from 'react';
import { snapshotSources, usePanelSetting, useRun } from '../../state/hooks.ts';
import type { Subscribable } from '../../state/hooks.ts';
import { Choice } from '../common/Choice.tsx';
import { Instrument } from '../common/Instrument.tsx';
import { LinkedNote } from '../common/LinkedNote.tsx';
import type { VisitKind } from '../common/Stage.tsx';
import type { ScaleMode } from '../common/legend.ts';
import { linkStore, traceEvent, tracedEvent } from '../common/links.ts';
import { TraceButton } from '../common/TraceButton.tsx';
import { eventOf, memoryTrace } from '../common/memory-trace.ts';
import { currentMoment, goToPosition } from '../common/moment.ts';
import type { Cell } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import type { Scene } from '../common/stage.ts';
import type { Arrangement } from './layout.ts';
import { naturalHeight } from './layout.ts';
import { timelinePicture } from './picture.ts';
import { timelineTable } from './table.ts';

const sources: readonly Subscribable[] = [...snapshotSources, tracedEvent];
const emptyHeight = 200;

const arrangements = [
  { value: 'age', label: 'by age', explanation: 'A row is a slot: events wander down as they grow old.' },
  { value: 'event', label: 'by event', explanation: 'A row is one event from its writing to its loss.' },
] as const;

const scaleModes = [
  { value: 'fixed', label: '0–1', explanation: 'Colours keep their meaning while training goes on.' },
  {
    value: 'automatic',
    label: 'auto',
    explanation: 'The brightest colour is the largest weight of this picture.',
  },
] as const;

function table() {
  const moment = currentMoment();
  return moment ? timelineTable(moment) : emptyTable;
}

/** The event behind a cell of the heatmap. */
function eventAt({ column, row }: Cell, by: Arrangement): number | null {
  const moment = currentMoment();
  const trace = moment && memoryTrace(moment.run, moment.snapshot);
  if (!trace) return null;
  return by === 'event' ? row : eventOf(trace, column, row);
}

export function Timeline() {
  const reads = useRun((state) => state.run?.taps.some((tap) => tap.name === 'similarity') ?? false);
  const [by, setBy] = usePanelSetting<Arrangement>('timeline', 'rows', 'event', arrangements);
  const [scaleMode, setScaleMode] = usePanelSetting<ScaleMode>('timeline', 'scale', 'fixed', scaleModes);
  const scene = useMemo(
    (): Scene => ({
      height: () => {
        const moment = currentMoment();
        return moment ? naturalHeight(moment, memoryTrace(moment.run, moment.snapshot), by) : emptyHeight;
      },
      draw: (size, palette) =>
        timelinePicture(currentMoment(), { size, palette, by, scaleMode, event: linkStore.getState().event }),
    }),
    [by, scaleMode],
  );
  const visit = (cell: Cell | null, kind: VisitKind): void => {
    if (!cell || kind === 'hover') return;
    goToPosition(cell.column);
    if (kind === 'choose' && cell.grid === 'weights') traceEvent(eventAt(cell, by));
  };
  return (
    <Instrument
      id="timeline"
      title="Memory timeline"
      howToRead="Each column is a position: what goes in, what comes out, and how strongly it reads every slot."
      more={<HowToRead />}
      scene={scene}
      sources={sources}
      table={table}
      startCell={() => ({ grid: 'tokens', column: currentMoment()?.position ?? 0, row: 0 })}
      onVisit={visit}
      controls={
        reads && (
          <>
            <Choice label="Rows of the heatmap" options={arrangements} value={by} onChange={setBy} />
            <Choice label="Colour scale" options={scaleModes} value={scaleMode} onChange={setScaleMode} />
            <TraceButton />
          </>
        )
      }
    />
  );
}

function HowToRead() {
  return (
    <>
      <p>
        On top, one column a position: the input token, the target where an answer is asked, and the network’s
        output with its probability. A wrong answer is framed and crossed in its corner.
      </p>
      <p>
        Below, the brighter a cell, the more of that slot’s value is read. <b>By event</b>, a row is one
        event, named by the token that wrote it; grey cells lie before its writing or after its loss. A
        network that copies shows a diagonal. <b>By age</b>, a row is a slot, the newest on top; below the
        dashed stairs nothing was written yet.
      </p>
      <p>
        Read mass is the sum of the weights: it need not be one. Write norm is the length of the value that is
        stored. Click a cell to move the cursor there and to trace its event through all instruments.
      </p>
      <LinkedNote />
    </>
  );
}
