/**
 * The instruments on the page, in the order in which they stand. An instrument is offered when the run has the taps that it
 * draws, so a model gets its instruments by naming its tensors, and none is shown that could only stay empty.
 */
import type { ComponentType } from 'react';
import { MemoryReader, TokenAttention, WriterAttention } from './attention/Attention.tsx';
import type { InstrumentId } from '../state/layout-store.ts';
import { attentionChoices } from './attention/data.ts';
import { Cost } from './cost/Cost.tsx';
import { hasCost } from './cost/picture.ts';
import { Curves } from './curves/Curves.tsx';
import { layerChoices } from './fast-weights/matrices.ts';
import { FastWeights } from './fast-weights/FastWeights.tsx';
import { hasForgetting } from './forgetting/data.ts';
import { Forgetting } from './forgetting/Forgetting.tsx';
import { Generalisation } from './generalisation/Generalisation.tsx';
import { Gradient } from './gradient/Gradient.tsx';
import { Log } from './log/Log.tsx';
import type { Run } from './common/data.ts';
import { Interventions } from './interventions/Interventions.tsx';
import { kernelOf } from './similarity/kernel.ts';
import { Similarity } from './similarity/Similarity.tsx';
import { Slots } from './slots/Slots.tsx';
import { stateChoices } from './states/data.ts';
import { States } from './states/States.tsx';
import { Timeline } from './timeline/Timeline.tsx';

export interface InstrumentEntry {
  readonly id: InstrumentId;
  readonly title: string;
  readonly component: ComponentType;
  readonly region: 'memory' | 'progress';
  offeredFor(run: Run): boolean;
}

const has = (run: Run, ...names: readonly string[]): boolean =>
  names.every((name) => run.taps.some((tap) => tap.name === name));

export const instruments: readonly InstrumentEntry[] = [
  { id: 'timeline', title: 'Memory timeline', component: Timeline, region: 'memory', offeredFor: () => true },
  {
    id: 'slots',
    title: 'Slots',
    component: Slots,
    region: 'memory',
    offeredFor: (run) => has(run, 'similarity', 'keys', 'values'),
  },
  {
    id: 'similarity',
    title: 'Similarity',
    component: Similarity,
    region: 'memory',
    offeredFor: (run) => has(run, 'similarity', 'keys', 'queries') && kernelOf(run) !== null,
  },
  {
    id: 'writer',
    title: 'Writer attention',
    component: WriterAttention,
    region: 'memory',
    offeredFor: (run) => attentionChoices(run, 'writer').length > 0,
  },
  {
    id: 'reader',
    title: 'Memory reader',
    component: MemoryReader,
    region: 'memory',
    offeredFor: (run) => attentionChoices(run, 'reader').length > 0,
  },
  {
    id: 'forgetting',
    title: 'Forgetting',
    component: Forgetting,
    region: 'memory',
    offeredFor: hasForgetting,
  },
  {
    id: 'attention',
    title: 'Attention',
    component: TokenAttention,
    region: 'memory',
    offeredFor: (run) => attentionChoices(run, 'tokens').length > 0,
  },
  {
    id: 'fast-weights',
    title: 'Fast weights',
    component: FastWeights,
    region: 'memory',
    offeredFor: (run) => layerChoices(run).length > 0,
  },
  {
    id: 'states',
    title: 'States',
    component: States,
    region: 'memory',
    offeredFor: (run) => stateChoices(run).length > 0,
  },
  {
    id: 'gradient',
    title: 'Gradient through time',
    component: Gradient,
    region: 'memory',
    offeredFor: (run) => run.states.length > 0,
  },
  {
    id: 'interventions',
    title: 'Interventions',
    component: Interventions,
    region: 'memory',
    offeredFor: ({ memory }) => memory.banks.length > 0 || memory.gates.length > 0,
  },
  {
    id: 'log',
    title: 'Log',
    component: Log,
    region: 'memory',
    offeredFor: (run) => has(run, 'similarity'),
  },
  { id: 'curves', title: 'Curves', component: Curves, region: 'progress', offeredFor: () => true },
  {
    id: 'generalisation',
    title: 'Generalisation',
    component: Generalisation,
    region: 'progress',
    offeredFor: (run) => run.splits.length > 1,
  },
  { id: 'cost', title: 'Cost', component: Cost, region: 'progress', offeredFor: hasCost },
];
