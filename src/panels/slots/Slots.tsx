/** The slots at the shared cursor. Choosing a row traces its event: the timeline shows when it was written and each time it is read. */
import { useMemo, useState } from 'react';
import { snapshotSources, usePanelSetting } from '../../state/hooks.ts';
import type { Subscribable } from '../../state/hooks.ts';
import { Choice } from '../common/Choice.tsx';
import { HoldScale } from '../common/HoldScale.tsx';
import { Instrument } from '../common/Instrument.tsx';
import { LinkedNote } from '../common/LinkedNote.tsx';
import type { VisitKind } from '../common/Stage.tsx';
import { linkStore, traceEvent, tracedEvent } from '../common/links.ts';
import { memoryTrace } from '../common/memory-trace.ts';
import { currentMoment } from '../common/moment.ts';
import type { Cell } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import type { Scene } from '../common/stage.ts';
import { TraceButton } from '../common/TraceButton.tsx';
import type { Extents } from './data.ts';
import { extentsOf, slotsData, slotsTable, usedSlots } from './data.ts';
import { naturalHeight } from './layout.ts';
import { slotsPicture } from './picture.ts';

const sources: readonly Subscribable[] = [...snapshotSources, tracedEvent];
const emptyHeight = 200;

const moments = [
  { value: 'read', label: 'as read', explanation: 'The memory that the position at the cursor reads.' },
  {
    value: 'written',
    label: 'after write',
    explanation: 'The memory with the event of the position at the cursor.',
  },
] as const;

export function Slots() {
  const [when, setWhen] = usePanelSetting<'read' | 'written'>('slots', 'when', 'read', moments);
  const [extents, setExtents] = useState<Extents | null>(null);
  const afterWrite = when === 'written';
  const scene = useMemo(
    (): Scene => ({
      height: () => {
        const moment = currentMoment();
        const trace = moment && memoryTrace(moment.run, moment.snapshot);
        return trace ? naturalHeight(usedSlots(trace)) : emptyHeight;
      },
      draw: (size, palette) =>
        slotsPicture(currentMoment(), {
          size,
          palette,
          extents,
          afterWrite,
          event: linkStore.getState().event,
        }),
    }),
    [extents, afterWrite],
  );
  const hold = (held: boolean): void => {
    const moment = currentMoment();
    const data = moment && slotsData(moment, afterWrite);
    setExtents(held && data ? extentsOf(data) : null);
  };
  const visit = (cell: Cell | null, kind: VisitKind): void => {
    const moment = kind === 'choose' && cell ? currentMoment() : null;
    if (!moment || !cell || cell.grid === 'query' || cell.grid === 'content') return;
    traceEvent(slotsData(moment, afterWrite)?.slots[cell.row]?.event ?? null);
  };
  const table = () => {
    const moment = currentMoment();
    return moment ? slotsTable(moment, afterWrite) : emptyTable;
  };
  return (
    <Instrument
      id="slots"
      title="Slots"
      howToRead="Each row is a slot at the cursor: the key it is found by, the value it holds, and how much of it is read."
      more={<HowToRead />}
      scene={scene}
      sources={sources}
      table={table}
      startCell={() => ({ grid: 'keys', column: 0, row: 0 })}
      onVisit={visit}
      controls={
        <>
          <Choice label="Which memory" options={moments} value={when} onChange={setWhen} />
          <HoldScale held={extents !== null} onHold={hold} />
          <TraceButton />
        </>
      }
    />
  );
}

function HowToRead() {
  return (
    <>
      <p>
        The newest event is on top; each row names the position and the token that wrote it. Blue is negative,
        orange positive, and what is near zero melts into the page.
      </p>
      <p>
        The query above the keys is what the position at the cursor looks for: the more a key resembles it,
        the longer the bar at the right. The content above the values is the sum of the values, each weighted
        by its bar.
      </p>
      <p>
        Click a row to trace its event: the timeline then shows when it was written and each time it is read.
      </p>
      <LinkedNote />
    </>
  );
}
