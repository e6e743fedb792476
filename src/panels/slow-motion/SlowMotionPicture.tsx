/** The picture of slow motion; its commands stand beside it in the shell. */
import type { ReactNode } from 'react';
import { themeStore } from '../../state/theme-store.ts';
import type { Subscribable } from '../../state/hooks.ts';
import { runStore } from '../../state/run-store.ts';
import { slowMotionStore } from '../../state/slow-motion.ts';
import { Instrument } from '../common/Instrument.tsx';
import { goToPosition } from '../common/moment.ts';
import { emptyTable } from '../common/picture.ts';
import type { Cell } from '../common/picture.ts';
import type { Scene } from '../common/stage.ts';
import type { VisitKind } from '../common/Stage.tsx';
import { slowMotionData, slowMotionTable } from './data.ts';
import type { SlowMotionData } from './data.ts';
import { naturalHeight, slowMotionPicture } from './picture.ts';

const sources: readonly Subscribable[] = [slowMotionStore, themeStore];

function current(): SlowMotionData | null {
  const { run } = runStore.getState();
  return run && slowMotionData(slowMotionStore.getState(), run);
}

const scene: Scene = {
  height: (width) => {
    const data = current();
    return data ? naturalHeight(data, width) : 160;
  },
  draw: (size, palette) => slowMotionPicture(current(), { size, palette }),
};

const visit = (cell: Cell | null, kind: VisitKind): void => {
  if (cell && kind === 'choose' && cell.grid !== 'groups') goToPosition(cell.column);
};

export function SlowMotionPicture({ controls }: { readonly controls: ReactNode }) {
  return (
    <Instrument
      id="slow-motion"
      title="Slow motion"
      howToRead="One training step: bars appear as the work passes them, forward, then back, then in the weights."
      more={
        <p>
          The first sequence of the next batch is followed, at the present weights: the loss of each answer,
          then the length of the loss’s gradient with respect to the memory that each position finds. At the
          right is the whole batch: the gradient of every group of weights, and how far the update moves it.
          Only the last part changes weights, exactly as an ordinary step would.
        </p>
      }
      scene={scene}
      sources={sources}
      table={() => {
        const data = current();
        return data ? slowMotionTable(data) : emptyTable;
      }}
      startCell={() => ({ grid: 'losses', column: current()?.frame.position ?? 0, row: 0 })}
      onVisit={visit}
      controls={controls}
    />
  );
}
