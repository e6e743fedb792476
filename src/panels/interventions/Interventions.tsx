/** Operating on the memory: what is to be done, what was done, and what became of the answers. */
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { clampPosition, cursorStore } from '../../state/cursor-store.ts';
import { isCurrent } from '../../state/intervention-runner.ts';
import { changeDraft, interventionStore, watchInterventions } from '../../state/interventions.ts';
import type { Subscribable } from '../../state/hooks.ts';
import { runStore } from '../../state/run-store.ts';
import { snapshotStore } from '../../state/snapshot-store.ts';
import { themeStore } from '../../state/theme-store.ts';
import { Instrument } from '../common/Instrument.tsx';
import { goToPosition } from '../common/moment.ts';
import type { Cell } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import type { Scene } from '../common/stage.ts';
import type { VisitKind } from '../common/Stage.tsx';
import { Applied } from './Applied.tsx';
import type { Operated } from './data.ts';
import { operatedTable } from './data.ts';
import { OperationForm } from './OperationForm.tsx';
import { interventionsPicture, naturalHeight } from './picture.ts';

const sources: readonly Subscribable[] = [interventionStore, cursorStore, runStore, themeStore];
/** Of the sentence that stands there before the first operation. */
const emptyHeight = (width: number): number => (width < 480 ? 132 : 96);

/** The outcome with what is needed to read it, or null before the first. */
function currentOperated(): Operated | null {
  const { outcome } = interventionStore.getState();
  const { run } = runStore.getState();
  if (!outcome || !run) return null;
  const position = clampPosition(cursorStore.getState().position, outcome.mask.length);
  return { run, outcome, position, stale: staleText(outcome) };
}

function staleText(outcome: Operated['outcome']): string | null {
  const { operating, refusal } = interventionStore.getState();
  const { step } = runStore.getState().status;
  if (!isCurrent(outcome)) {
    if (refusal !== null) return 'before the last change';
    if (outcome.step !== step && !operating) return `the run is at ${step}`;
    return 'computing anew …';
  }
  const shown = snapshotStore.shown?.step ?? step;
  return shown < outcome.step ? `not of the shown step ${shown}, whose weights are gone` : null;
}

const scene: Scene = {
  height: (width) => {
    const operated = currentOperated();
    return operated ? naturalHeight(operated, width) : emptyHeight(width);
  },
  draw: (size, palette) =>
    interventionsPicture(currentOperated(), { size, palette }, interventionStore.getState().refusal),
};

function visit(cell: Cell | null, kind: VisitKind): void {
  if (!cell || kind === 'hover') return;
  if (cell.grid !== 'survey') goToPosition(cell.column);
  else if (kind === 'choose') changeDraft({ slots: [cell.column, cell.column] });
}

export function Interventions() {
  useEffect(() => watchInterventions(), []);
  const refusal = useStore(interventionStore, (state) => (state.outcome ? state.refusal : null));
  const toolbar = useMemo(
    () => (
      <>
        <OperationForm />
        <Applied />
        {refusal !== null && <p role="alert">{refusal}</p>}
      </>
    ),
    [refusal],
  );
  return (
    <Instrument
      id="interventions"
      title="Interventions"
      howToRead="Operate on the memory at the cursor and see which answers change; the weights stay as they are."
      more={<HowToRead />}
      toolbar={toolbar}
      scene={scene}
      sources={sources}
      table={() => {
        const operated = currentOperated();
        return operated ? operatedTable(operated) : emptyTable;
      }}
      startCell={() => ({ grid: 'outputs', column: currentOperated()?.position ?? 0, row: 0 })}
      onVisit={visit}
    />
  );
}

function HowToRead() {
  return (
    <>
      <p>
        An operation is done to the memory as the position at the cursor finds it, before that position reads
        or writes; in a model of segments, before the segment of the position. Moving the cursor afterwards
        leaves it where it is. Several operations are done one after the other.
      </p>
      <p>
        <b>Original</b> is what the network answers by itself, <b>changed</b> what it answers after the
        operations; where the answer is another one, both are framed. Of two bars, the grey one is the
        original. A bar of the loss that goes up means a worse answer, down a better one.
      </p>
      <p>
        <b>Which slots matter</b> erases every slot alone at the cursor and measures how much worse the
        answers from there on become. Click a bar to choose its slot for the next operation. In a queue the
        token that wrote a slot stands beside its number.
      </p>
    </>
  );
}
