/** The instruments of the memory that can be shown for two runs at once: each a picture of one moment. */
import { attentionChoices } from '../attention/data.ts';
import { attentionPicture, attentionTable, naturalHeight as attentionHeight } from '../attention/picture.ts';
import type { Moment, Run } from '../common/data.ts';
import { memoryTrace } from '../common/memory-trace.ts';
import type { Palette } from '../common/palette.ts';
import type { Drawn, Size, Table } from '../common/picture.ts';
import { emptyTable, notice } from '../common/picture.ts';
import type { GeneralisationGrid } from '../generalisation/levels-data.ts';
import { levelsTable } from '../generalisation/levels-data.ts';
import { levelsPicture, naturalHeight as levelsHeight } from '../generalisation/levels-picture.ts';
import { slotsTable, usedSlots } from '../slots/data.ts';
import { naturalHeight as slotsHeight } from '../slots/layout.ts';
import { slotsPicture } from '../slots/picture.ts';
import { stateChoices, stateData } from '../states/data.ts';
import { naturalHeight as statesHeight, statesPicture, statesTable } from '../states/picture.ts';
import { naturalHeight as timelineHeight } from '../timeline/layout.ts';
import { timelinePicture } from '../timeline/picture.ts';
import { timelineTable } from '../timeline/table.ts';

/** What is shown of a run: a moment, and how far it generalises. */
export interface Shown extends Moment {
  /** The latest generalisation grid, or null. */
  readonly grid?: GeneralisationGrid | null;
}

export interface View {
  readonly id: string;
  readonly label: string;
  offeredFor(run: Run): boolean;
  /** Pixels at a width. */
  height(moment: Shown, width: number): number;
  draw(moment: Shown, size: Size, palette: Palette): Drawn;
  table(moment: Shown): Table;
}

const nothing = notice('This model has nothing to show here.');
const shortest = 60;

export const views: readonly View[] = [
  {
    id: 'timeline',
    label: 'Memory timeline',
    offeredFor: () => true,
    height: (moment) => timelineHeight(moment, memoryTrace(moment.run, moment.snapshot), 'event'),
    draw: (moment, size, palette) =>
      timelinePicture(moment, { size, palette, by: 'event', scaleMode: 'fixed', event: null }),
    table: timelineTable,
  },
  {
    id: 'slots',
    label: 'Slots',
    offeredFor: (run) =>
      ['similarity', 'keys', 'values'].every((name) => run.taps.some((tap) => tap.name === name)),
    height: (moment) => {
      const trace = memoryTrace(moment.run, moment.snapshot);
      return trace ? slotsHeight(usedSlots(trace)) : shortest;
    },
    draw: (moment, size, palette) =>
      slotsPicture(moment, { size, palette, extents: null, afterWrite: false, event: null }),
    table: (moment) => slotsTable(moment, false),
  },
  ...(['writer', 'reader'] as const).map((family): View => {
    const choiceOf = (run: Run) => attentionChoices(run, family)[0];
    return {
      id: family,
      label: family === 'writer' ? 'Writer attention' : 'Memory reader',
      offeredFor: (run) => choiceOf(run) !== undefined,
      height: (moment, width) => {
        const choice = choiceOf(moment.run);
        return (choice && attentionHeight(moment, choice, width)) ?? shortest;
      },
      draw: (moment, size, palette) => {
        const choice = choiceOf(moment.run);
        return choice ? attentionPicture(moment, { size, palette, choice, scaleMode: 'fixed' }) : nothing;
      },
      table: (moment) => {
        const choice = choiceOf(moment.run);
        return choice ? attentionTable(moment, choice) : emptyTable;
      },
    };
  }),
  {
    id: 'states',
    label: 'States',
    offeredFor: (run) => stateChoices(run).length > 0,
    height: (moment) => {
      const choice = stateChoices(moment.run)[0];
      const data = choice && stateData(moment, choice);
      return data ? statesHeight(data) : shortest;
    },
    draw: (moment, size, palette) => {
      const choice = stateChoices(moment.run)[0];
      return choice ? statesPicture(moment, { size, palette, choice, extent: null }) : nothing;
    },
    table: (moment) => {
      const choice = stateChoices(moment.run)[0];
      return choice ? statesTable(moment, choice) : emptyTable;
    },
  },
  {
    id: 'generalisation',
    label: 'Generalisation',
    offeredFor: (run) => run.grid !== undefined,
    height: ({ run, grid }) => (grid ? levelsHeight(run) : shortest),
    draw: ({ run, grid }, size, palette) =>
      grid
        ? levelsPicture({ run, grid, step: null }, { size, palette, metric: 'tokenAccuracy' })
        : notice('No generalisation grid of this run was measured yet.'),
    table: ({ run, grid }) => (grid ? levelsTable(run, grid) : emptyTable),
  },
];
