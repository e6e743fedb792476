/** On a phone and on a wide page no word of an instrument covers another one, and none is cut off. */
import { describe, expect, test } from 'vitest';
import { copyMoment, copyRun } from '../testing/memnet-moment.ts';
import { operatedMoment, operatedSeries } from '../testing/operated-moment.ts';
import { unreadable } from '../testing/text-boxes.ts';
import { trainingCurves } from '../testing/training-curves.ts';
import { readVectors } from '../testing/vector-files.ts';
import { vectorMoment } from '../testing/vector-moment.ts';
import { withAllTaps } from '../testing/vectors.ts';
import type { Family } from './attention/data.ts';
import { attentionChoices } from './attention/data.ts';
import * as attention from './attention/picture.ts';
import type { Moment } from './common/data.ts';
import { memoryTrace } from './common/memory-trace.ts';
import { lightPalette } from './common/palette.ts';
import * as curves from './curves/picture.ts';
import type { Drawn } from './common/picture.ts';
import { associationsHeight, associationsPicture } from './fast-weights/association-picture.ts';
import { associationsData } from './fast-weights/associations.ts';
import { fastWeightsData } from './fast-weights/data.ts';
import { layerChoices } from './fast-weights/matrices.ts';
import * as fastWeights from './fast-weights/picture.ts';
import { forgettingData } from './forgetting/data.ts';
import * as forgetting from './forgetting/picture.ts';
import * as interventions from './interventions/picture.ts';
import * as similarity from './similarity/picture.ts';
import { usedSlots } from './slots/data.ts';
import * as slots from './slots/layout.ts';
import { slotsPicture } from './slots/picture.ts';
import { stateChoices, stateData } from './states/data.ts';
import * as states from './states/picture.ts';
import * as timeline from './timeline/layout.ts';
import { timelinePicture } from './timeline/picture.ts';

const palette = lightPalette;

/** What an instrument draws at a width, at the height that it wants there. */
type Drawer = (width: number) => Drawn;

function golden(model: string, position: number, name?: string): Moment {
  const cases = readVectors(model);
  const found = cases.find((one) => name === undefined || one.name === name)!;
  return vectorMoment(withAllTaps(found), position);
}

function memformer(): Moment {
  const name = 'two encoder layers, class token, raw self value';
  const moment = golden('memformer', 6, name);
  const { shape, data } = readVectors('memformer').find((one) => one.name === name)!.parameters[
    'memory.bias'
  ]!;
  const bias = { shape, dtype: 'f32' as const, data: Float32Array.from(data) };
  return { ...moment, snapshot: { ...moment.snapshot, step: 40, taps: { ...moment.snapshot.taps, bias } } };
}

function hybrid(): Moment {
  const moment = golden('hqlt', 2, 'two layers, delayed chunk, initial state');
  const { heads } = moment.run.config.model.fields as { heads: number };
  const length = moment.snapshot.mask.length;
  const data = Float32Array.from({ length: length * heads * 16 }, (_, i) => Math.sin(i));
  const matrices = { shape: [length, heads, 4, 4], dtype: 'f32' as const, data };
  const taps = { ...moment.snapshot.taps, 'fastWeights.0': matrices };
  return { ...moment, snapshot: { ...moment.snapshot, taps } };
}

const timelineOf =
  (moment: Moment): Drawer =>
  (width) => {
    const height = timeline.naturalHeight(moment, memoryTrace(moment.run, moment.snapshot), 'event');
    const options = {
      size: { width, height },
      palette,
      by: 'event',
      scaleMode: 'fixed',
      event: null,
    } as const;
    return timelinePicture(moment, options);
  };

const slotsOf =
  (moment: Moment): Drawer =>
  (width) => {
    const height = slots.naturalHeight(usedSlots(memoryTrace(moment.run, moment.snapshot)!));
    const options = { size: { width, height }, palette, extents: null, afterWrite: false, event: null };
    return slotsPicture(moment, options);
  };

const similarityOf =
  (moment: Moment): Drawer =>
  (width) =>
    similarity.similarityPicture(moment, {
      ...{ size: { width, height: similarity.naturalHeight(width) }, palette, event: null },
    });

const attentionOf =
  (moment: Moment, family: Family): Drawer =>
  (width) => {
    const choice = attentionChoices(moment.run, family)[0]!;
    const height = attention.naturalHeight(moment, choice, width)!;
    return attention.attentionPicture(moment, {
      size: { width, height },
      palette,
      choice,
      scaleMode: 'fixed',
    });
  };

const forgettingOf =
  (moment: Moment): Drawer =>
  (width) => {
    const height = forgetting.naturalHeight(forgettingData(moment)!, width);
    const tensor = moment.snapshot.taps['bias']!;
    const drifted = tensor.data.map((value, i) => value + 0.4 * Math.sin(i));
    const entries = [
      { step: 0, tensor },
      { step: 20, tensor: { ...tensor, data: Float32Array.from(drifted) } },
    ];
    const options = { size: { width, height }, palette, scaleMode: 'fixed', slot: null, entries } as const;
    return forgetting.forgettingPicture(moment, options);
  };

const fastWeightsOf =
  (moment: Moment): Drawer =>
  (width) => {
    const choice = layerChoices(moment.run)[0]!;
    const height = fastWeights.naturalHeight(fastWeightsData(moment, choice)!, width);
    const options = { size: { width, height }, palette, choice, head: 0, extent: null };
    return fastWeights.fastWeightsPicture(moment, options);
  };

const associationsOf =
  (moment: Moment): Drawer =>
  (width) => {
    const choice = layerChoices(moment.run)[0]!;
    const height = associationsHeight(associationsData(moment, choice)!);
    const options = { size: { width, height }, palette, choice, head: 0, extent: null };
    return associationsPicture(moment, options);
  };

const curvesOf =
  (data: curves.CurvesData): Drawer =>
  (width) => {
    const metrics = ['loss', 'perplexity', 'tokenAccuracy', 'sequenceAccuracy'] as const;
    const height = curves.naturalHeight(data.run, width, metrics);
    const look = { axis: 'step', logX: false, logY: false, metrics, crosshair: null } as const;
    return curves.curvesPicture(data, { size: { width, height }, palette, ...look });
  };

const statesOf =
  (moment: Moment, tap: string): Drawer =>
  (width) => {
    const choice = stateChoices(moment.run).find((one) => one.tap === tap)!;
    const height = states.naturalHeight(stateData(moment, choice)!);
    return states.statesPicture(moment, { size: { width, height }, palette, choice, extent: null });
  };

const interventionsOf =
  (operated: ReturnType<typeof operatedMoment>): Drawer =>
  (width) => {
    const height = interventions.naturalHeight(operated, width);
    return interventions.interventionsPicture(operated, { size: { width, height }, palette });
  };

const copying = copyMoment();
const pictures: Readonly<Record<string, Drawer>> = {
  'the timeline': timelineOf(copying),
  'the timeline of segments': timelineOf(memformer()),
  'the slots': slotsOf(copying),
  'the similarity': similarityOf(copying),
  'the writer': attentionOf(memformer(), 'writer'),
  'the reader': attentionOf(memformer(), 'reader'),
  'the attention': attentionOf(hybrid(), 'tokens'),
  'the forgetting': forgettingOf(memformer()),
  'the fast weights': fastWeightsOf(hybrid()),
  'the associations': associationsOf(golden('armt', 5, 'three segments')),
  'the write strength': statesOf(hybrid(), 'beta.0'),
  'the gates of an LSTM': statesOf(golden('lstm', 3), 'gates'),
  'the interventions': interventionsOf(operatedMoment()),
  'the interventions in a series': interventionsOf(operatedSeries()),
};

/** Of the pictures on a phone of 360 or 390 pixels, and on pages from narrow to wide; the progress is a narrow column there. */
const widths = [328, 358, 560, 900];
const progressWidths = [276, 328, 358];

describe.each([
  ...Object.entries(pictures).map(([name, draw]) => [name, draw, widths] as const),
  ['the curves', curvesOf({ run: copyRun(), ...trainingCurves() }), progressWidths] as const,
])('every word can be read of %s', (_, draw, all) => {
  test.each(all)('at %i pixels', (width) => {
    const drawn = draw(width);
    if (drawn.kind !== 'picture') throw new Error(drawn.text);
    expect(unreadable(drawn)).toEqual([]);
  });
});

test('words that cover each other or that the edge cuts off are found', () => {
  const at = (text: string, x: number) => ({ kind: 'text', text, x, y: 20, fill: '#000', size: 12 }) as const;
  const marks = [at('one', 0), at('two', 10), at('three', 80), at('four', 40)];
  expect(unreadable({ kind: 'picture', width: 100, height: 40, summary: '', marks, grids: [] })).toEqual([
    '“three” is cut off',
    '“one” and “two” cover each other',
  ]);
});
