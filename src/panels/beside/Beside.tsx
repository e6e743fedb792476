/** The same instrument of the current run and of a compared one. While it is shown, a run that trains sends its pictures. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { clampPosition, cursorStore } from '../../state/cursor-store.ts';
import { compareStore } from '../../state/fleet/commands.ts';
import { fleet } from '../../state/fleet/fleet.ts';
import { underWay } from '../../state/fleet/member.ts';
import type { Member } from '../../state/fleet/member.ts';
import type { GeneralisationGrid } from '../../state/grid-store.ts';
import { gridShownAt, gridStore } from '../../state/grid-store.ts';
import { snapshotSources, useRun } from '../../state/hooks.ts';
import type { Subscribable } from '../../state/hooks.ts';
import { runStore } from '../../state/run-store.ts';
import { lengthOf } from '../../state/snapshot-store.ts';
import { styleOf } from '../curves/style.ts';
import { ActionButton } from '../common/ActionButton.tsx';
import styles from '../common/Instrument.module.css';
import { Instrument } from '../common/Instrument.tsx';
import { currentArms, currentMoment, goToPosition } from '../common/moment.ts';
import type { Palette } from '../common/palette.ts';
import { lightPalette } from '../common/palette.ts';
import type { Cell } from '../common/picture.ts';
import { Select } from '../common/Select.tsx';
import type { Scene } from '../common/stage.ts';
import type { VisitKind } from '../common/Stage.tsx';
import { besidePicture, besideTable, naturalHeight } from './picture.ts';
import type { Side } from './picture.ts';
import type { View } from './views.ts';
import { views } from './views.ts';

const sources: readonly Subscribable[] = [...snapshotSources, fleet, compareStore, gridStore];

/** The current run and the chosen one; only the first where that has gone. */
function currentSides(palette: Palette): Side[] {
  const here = currentMoment();
  const grid = gridShownAt(cursorStore.getState().step);
  const own: Side = { title: 'this run', colour: null, moment: here && { ...here, grid } };
  const { beside } = compareStore.getState();
  const member = beside === null ? null : fleet.member(beside);
  const arm = currentArms().find(({ members }) => members.some(({ id }) => id === beside));
  if (!member || !arm) return [own];
  const { run, snapshot } = member;
  const position = snapshot ? clampPosition(cursorStore.getState().position, lengthOf(snapshot)) : 0;
  const seed = arm.runs.length > 1 ? `, seed ${member.config.seed}` : '';
  return [
    own,
    {
      title: `${arm.letter}, ${arm.label}${seed}`,
      colour: styleOf({ kind: 'compared', index: arm.index }, palette).stroke,
      moment: run && snapshot && { run, snapshot, position, grid: gridOf(member) },
    },
  ];
}

/** The one that is being measured, else the latest that is kept with it. */
function gridOf({ id, checkpoint }: Member): GeneralisationGrid | null {
  const { measuring } = fleet;
  return (measuring?.id === id ? measuring.progress : null) ?? checkpoint?.grids?.at(-1) ?? null;
}

/** Nothing unless a compared run was chosen. */
export function Beside() {
  const beside = useStore(compareStore, (state) => state.beside);
  useEffect(() => {
    fleet.watch(beside);
    const stop = runStore.subscribe((state, before) => {
      if (state.probe !== before.probe || state.run !== before.run) fleet.look();
    });
    return () => {
      stop();
      fleet.watch(null);
    };
  }, [beside]);
  return beside === null ? null : <BesideInstrument />;
}

function BesideInstrument() {
  const run = useRun((state) => state.run);
  const [id, setId] = useState('timeline');
  const offered = views.filter((view) => run !== null && view.offeredFor(run));
  const view = offered.find((one) => one.id === id) ?? views[0]!;
  const visit = (cell: Cell | null, kind: VisitKind): void => {
    const grid = cell?.grid.slice(2);
    if (cell && kind !== 'hover' && (grid === 'tokens' || grid === 'weights')) goToPosition(cell.column);
  };
  return (
    <Instrument
      id="beside"
      title="Side by side"
      howToRead="The same instrument of this run and of a compared one, at the same position."
      more={
        <p>
          Colour scales that are found in the picture differ between the two; fixed ones are the same. Runs
          with different seeds have different samples.
        </p>
      }
      scene={sceneOf(view)}
      sources={sources}
      table={() => besideTable(currentSides(lightPalette), view)}
      onVisit={visit}
      controls={
        <>
          <Select
            label="Instrument of both runs"
            options={offered.map((one) => ({ value: one.id, label: one.label }))}
            value={view.id}
            onChange={setId}
          />
          {view.id === 'generalisation' && <MeasureOther />}
          <button
            type="button"
            className={styles['icon']}
            aria-label="Close side by side"
            title="Close"
            onClick={() => compareStore.setState({ beside: null })}
          >
            <span aria-hidden="true">×</span>
          </button>
        </>
      }
    />
  );
}

/** Measures the grid of the compared run in the background. */
function MeasureOther() {
  const id = useStore(compareStore, (state) => state.beside);
  useSyncExternalStore(fleet.subscribe, () => fleet.version);
  const member = id === null ? null : fleet.member(id);
  const { measuring } = fleet;
  const problem = !member?.checkpoint
    ? 'Its weights were let go to make room; train it anew to measure it.'
    : underWay(member)
      ? 'It can be measured when it has come to rest.'
      : null;
  const progress = measuring?.progress;
  const done = progress ? ` (${progress.cells.length} of ${progress.total} cells)` : '';
  return (
    <ActionButton
      problem={problem}
      explanation={
        measuring
          ? 'Ends the measurement under way; the cells that were measured are kept.'
          : 'Measures the accuracy of the compared run at every level of difficulty, at its last step; it is kept with it.'
      }
      onPress={() => {
        if (measuring) void fleet.stopMeasuring();
        else if (id !== null && problem === null) fleet.measureGrid(id);
      }}
    >
      {measuring ? `Stop${done}` : 'Measure compared run'}
    </ActionButton>
  );
}

function sceneOf(view: View): Scene {
  return {
    height: (width) => naturalHeight(currentSides(lightPalette), view, width),
    draw: (size, palette) => besidePicture(currentSides(palette), { size, palette, view }),
  };
}
