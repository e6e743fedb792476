/** The similarity of the query at the cursor to every key. */
import { useMemo } from 'react';
import { snapshotSources } from '../../state/hooks.ts';
import type { Subscribable } from '../../state/hooks.ts';
import { Instrument } from '../common/Instrument.tsx';
import type { VisitKind } from '../common/Stage.tsx';
import { linkStore, tracedEvent } from '../common/links.ts';
import { currentMoment, goToPosition } from '../common/moment.ts';
import type { Cell } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import type { Scene } from '../common/stage.ts';
import { TraceButton } from '../common/TraceButton.tsx';
import { readAt, similarityTable } from './data.ts';
import { naturalHeight, similarityPicture } from './picture.ts';

const sources: readonly Subscribable[] = [...snapshotSources, tracedEvent];
const emptyHeight = 200;

function table() {
  const moment = currentMoment();
  return moment ? similarityTable(moment) : emptyTable;
}

function visit(cell: Cell | null, kind: VisitKind): void {
  if (cell?.grid === 'entropy' && kind !== 'hover') goToPosition(cell.column);
}

export function Similarity() {
  const scene = useMemo(
    (): Scene => ({
      height: (width) => {
        const moment = currentMoment();
        return moment && readAt(moment)?.comparisons.length ? naturalHeight(width) : emptyHeight;
      },
      draw: (size, palette) =>
        similarityPicture(currentMoment(), { size, palette, event: linkStore.getState().event }),
    }),
    [],
  );
  return (
    <Instrument
      id="similarity"
      title="Similarity"
      howToRead="Each point is a slot: the closer its key is to the query at the cursor, the more of it is read."
      more={<HowToRead />}
      scene={scene}
      sources={sources}
      table={table}
      onVisit={visit}
      controls={<TraceButton />}
    />
  );
}

function HowToRead() {
  return (
    <>
      <p>
        The curve is the kernel: it turns the closeness of query and key into a weight. The points are the
        slots as the network read them, named by position and token where the weight is large. Dashed, the
        same kernel at half and at twice the width.
      </p>
      <p>
        Entropy says over how many slots the read is spread: 0 bits is one slot, every bit more doubles them.
        Below it, what another σ would make of this very query and these very keys; training with that σ would
        have placed them differently.
      </p>
    </>
  );
}
