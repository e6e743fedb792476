/** What the run costs: planned from its program, and measured. */
import { runStore } from '../../state/run-store.ts';
import { themeStore } from '../../state/theme-store.ts';
import { Instrument } from '../common/Instrument.tsx';
import { emptyTable } from '../common/picture.ts';
import { slowly } from '../common/slowly.ts';
import type { Scene } from '../common/stage.ts';
import type { CostData } from './picture.ts';
import { costPicture, costTable, naturalHeight } from './picture.ts';

/** Figures are read rather than watched: the measured bytes are taken over once a second. */
const sources = [slowly(runStore, 1000), themeStore];
const emptyHeight = 120;

function currentCost(): CostData | null {
  const { run, status } = runStore.getState();
  return run && { run, measured: status.memory };
}

const scene: Scene = {
  height: () => {
    const data = currentCost();
    return data ? naturalHeight(data) : emptyHeight;
  },
  draw: (size, palette) => costPicture(currentCost(), { size, palette }),
};

function table() {
  const data = currentCost();
  return data ? costTable(data) : emptyTable;
}

export function Cost() {
  return (
    <Instrument
      id="cost"
      title="Cost"
      howToRead="Each bar is one way to back-propagate: how much memory its gradient takes, and how many operations."
      more={<HowToRead />}
      scene={scene}
      sources={sources}
      table={table}
    />
  );
}

function HowToRead() {
  return (
    <>
      <p>
        These numbers are worked out from the program of the model before it runs. Kept activations must
        outlive the step that made them until the backward pass reads them; working space is what the largest
        step needs while it is computed. Parameters, Adam’s moments and the batch itself come on top.
      </p>
      <p>
        Full keeps everything. Truncated cuts the gradient at its horizon, so it is another gradient.
        Checkpointed and memory replay give the same gradient as full and compute most of the forward pass a
        second time: fewer bytes, more operations. The marked one is in use; change it under Training.
      </p>
      <p>
        What the executor holds is measured: weights, moments, batches, and what it keeps ready for the
        evaluations and for these pictures.
      </p>
    </>
  );
}
