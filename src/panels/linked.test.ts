/** What instruments outline for each other: pointing at a region of one picture finds the right region of another. */
import { describe, expect, test } from 'vitest';
import { copyMoment } from '../testing/memnet-moment.ts';
import { operatedMoment } from '../testing/operated-moment.ts';
import { readVectors } from '../testing/vector-files.ts';
import { vectorMoment } from '../testing/vector-moment.ts';
import { withAllTaps } from '../testing/vectors.ts';
import type { Family } from './attention/data.ts';
import { attentionChoices } from './attention/data.ts';
import { attentionPicture } from './attention/picture.ts';
import { besidePicture } from './beside/picture.ts';
import { views } from './beside/views.ts';
import type { Moment } from './common/data.ts';
import { memoryTrace, slotOf } from './common/memory-trace.ts';
import { outlinesOf, subjectsAt } from './common/outlines.ts';
import { lightPalette } from './common/palette.ts';
import type { Box, Drawn, Picture, Shape } from './common/picture.ts';
import { associationsPicture } from './fast-weights/association-picture.ts';
import { layerChoices } from './fast-weights/matrices.ts';
import { fastWeightsPicture } from './fast-weights/picture.ts';
import { forgettingPicture } from './forgetting/picture.ts';
import type { TimeGradient } from './gradient/data.ts';
import { together } from './gradient/data.ts';
import { gradientPicture } from './gradient/picture.ts';
import { interventionsPicture } from './interventions/picture.ts';
import { readAt } from './similarity/data.ts';
import { similarityPicture } from './similarity/picture.ts';
import { slotsPicture } from './slots/picture.ts';
import { stateChoices } from './states/data.ts';
import { statesPicture } from './states/picture.ts';
import { timelinePicture } from './timeline/picture.ts';

const size = { width: 800, height: 600 };
const palette = lightPalette;

function pictureOf(drawn: Drawn): Picture {
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

const gridOf = ({ grids }: Picture, id: string) => grids.find((grid) => grid.id === id)!;

/** Outlines in a picture of what a cell of another one shows. */
const linked = (from: Picture, grid: string, column: number, row: number, to: Picture): Shape[] =>
  outlinesOf(to.grids, subjectsAt(from.grids, { grid, column, row }), from === to ? grid : null);

function columnBox(picture: Picture, id: string, from: number, to = from + 1): Box {
  const { x, y, width, height, columns } = gridOf(picture, id);
  const cell = width / columns;
  return { x: x + from * cell, y, width: (to - from) * cell, height };
}

function rowBox(picture: Picture, id: string, row: number): Box {
  const { x, y, width, height, rows } = gridOf(picture, id);
  return { x, y: y + (row * height) / rows, width, height: height / rows };
}

/** Whether an outline encloses the box, and along one side nothing else. */
function encloses(shape: Shape, box: Box, along: 'x' | 'y'): boolean {
  if (shape.kind !== 'box') return false;
  const inside =
    shape.x <= box.x + 0.01 &&
    shape.y <= box.y + 0.01 &&
    shape.x + shape.width >= box.x + box.width - 0.01 &&
    shape.y + shape.height >= box.y + box.height - 0.01;
  const [extent, own] = along === 'x' ? [shape.width, box.width] : [shape.height, box.height];
  return inside && Math.abs(extent - own) < 0.01;
}

const hasColumn = (shapes: readonly Shape[], box: Box): boolean =>
  shapes.some((shape) => encloses(shape, box, 'x'));
const hasRow = (shapes: readonly Shape[], box: Box): boolean =>
  shapes.some((shape) => encloses(shape, box, 'y'));

describe('MemNet', () => {
  const moment: Moment = copyMoment();
  const trace = memoryTrace(moment.run, moment.snapshot)!;
  const plain = { size, palette, event: null };
  const timeline = (by: 'age' | 'event'): Picture =>
    pictureOf(timelinePicture(moment, { ...plain, by, scaleMode: 'fixed' }));
  const slots = pictureOf(slotsPicture(moment, { ...plain, extents: null, afterWrite: false }));
  const after = pictureOf(slotsPicture(moment, { ...plain, extents: null, afterWrite: true }));
  const similarity = pictureOf(similarityPicture(moment, plain));
  const interventions = pictureOf(interventionsPicture(operatedMoment(), { size, palette }));
  const event = moment.position - trace.offset - 3;

  test('slot 3 is the row of its event in the read map, and its own row where rows are ages', () => {
    const byEvent = linked(slots, 'keys', 0, 3, timeline('event'));
    expect(hasRow(byEvent, rowBox(timeline('event'), 'weights', event))).toBe(true);
    expect(byEvent).toHaveLength(1);
    const byAge = linked(slots, 'keys', 0, 3, timeline('age'));
    expect(hasRow(byAge, rowBox(timeline('age'), 'weights', 3))).toBe(true);
    expect(byAge).toHaveLength(1);
  });

  test('after its write a slot is found under the same event', () => {
    expect(slotOf(trace, moment.position, event)).toBe(3);
    expect(linked(after, 'keys', 0, 4, timeline('event'))).toEqual(
      linked(slots, 'keys', 0, 3, timeline('event')),
    );
  });

  test('a slot is a point of the kernel and a bar of the interventions', () => {
    const circleOf = (row: number): Extract<Shape, { readonly kind: 'circle' }> => {
      const circles = linked(slots, 'values', 0, row, similarity).filter(({ kind }) => kind === 'circle');
      expect(circles).toHaveLength(1);
      return circles[0] as Extract<Shape, { readonly kind: 'circle' }>;
    };
    const [point, heaviest] = [circleOf(3), circleOf(8)];
    const { at, weight } = readAt(moment)!.comparisons[3]!;
    // Closer is further left, heavier is further up.
    const best = readAt(moment)!.comparisons[8]!;
    expect(best.at < at && best.weight > weight).toBe(true);
    expect(heaviest.x < point.x && heaviest.y < point.y).toBe(true);
    expect(hasColumn(linked(slots, 'who', 0, 3, interventions), columnBox(interventions, 'survey', 3))).toBe(
      true,
    );
  });

  test('a point of the kernel is the slot that the pointer is told about', () => {
    const kernel = gridOf(similarity, 'kernel');
    for (let column = 0; column < kernel.columns; column += 7) {
      const told = /^Slot (\d+), event/.exec(kernel.describe(column, 0))?.[1];
      if (told === undefined) continue;
      const row = rowBox(slots, 'keys', Number(told));
      expect(hasRow(linked(similarity, 'kernel', column, 0, slots), row)).toBe(true);
    }
  });

  test('a bar of a survey at another position is found by what its slot held there', () => {
    const operated = operatedMoment();
    const survey = { ...operated.outcome.survey!, position: 9 };
    const earlier = pictureOf(
      interventionsPicture({ ...operated, outcome: { ...operated.outcome, survey } }, { size, palette }),
    );
    // Slot 2 held the event of position 6 as position 9 read it.
    const found = linked(earlier, 'survey', 2, 0, slots);
    expect(hasRow(found, rowBox(slots, 'keys', moment.position - trace.offset - 6))).toBe(true);
  });

  test('a position is a column of everything that has positions', () => {
    for (const other of [timeline('event'), interventions]) {
      const grid = other === interventions ? 'outputs' : 'tokens';
      const shapes = linked(similarity, 'entropy', 5, 0, other);
      expect(hasColumn(shapes, columnBox(other, grid, 5))).toBe(true);
    }
    expect(linked(similarity, 'entropy', 5, 0, slots)).toEqual([]);
  });

  test('a cell of the read map outlines its column in the rows above, and not itself', () => {
    const picture = timeline('event');
    const shapes = linked(picture, 'weights', 12, 3, picture);
    expect(hasColumn(shapes, columnBox(picture, 'tokens', 12))).toBe(true);
    expect(hasRow(shapes, rowBox(picture, 'weights', 3))).toBe(false);
  });

  test('of two runs side by side only the own one has the slots of the other instruments', () => {
    const sides = ['this run', 'A'].map((title) => ({ title, colour: null, moment }));
    const view = views.find(({ id }) => id === 'slots')!;
    const both = pictureOf(besidePicture(sides, { size: { width: 1220, height: 400 }, palette, view }));
    const shapes = linked(slots, 'keys', 0, 3, both);
    expect(hasRow(shapes, rowBox(both, '0 keys', 3))).toBe(true);
    expect(shapes).toHaveLength(1);
  });
});

function golden(model: string, position: number, name?: string): Moment {
  const cases = readVectors(model);
  return vectorMoment(
    cases.find((one) => name === undefined || one.name === name)!,
    position,
  );
}

const attention = (moment: Moment, family: Family): Picture => {
  const [choice] = attentionChoices(moment.run, family);
  return pictureOf(attentionPicture(moment, { size, palette, choice: choice!, scaleMode: 'fixed' }));
};

const states = (moment: Moment, tap: string): Picture => {
  const choice = stateChoices(moment.run).find((one) => one.tap === tap)!;
  return pictureOf(statesPicture(moment, { size, palette, choice, extent: null }));
};

describe('Memformer', () => {
  const name = 'two encoder layers, class token, raw self value';
  const bare = golden('memformer', 6, name);
  const { shape, data } = readVectors('memformer').find((one) => one.name === name)!.parameters[
    'memory.bias'
  ]!;
  const bias = { shape, dtype: 'f32' as const, data: Float32Array.from(data) };
  const moment: Moment = {
    ...bare,
    snapshot: { ...bare.snapshot, step: 40, taps: { ...bare.snapshot.taps, bias } },
  };
  const entries = [0, 20, 40].map((step) => ({ step, tensor: bias }));
  const forgetting = pictureOf(
    forgettingPicture(moment, { size, palette, scaleMode: 'fixed', slot: null, entries }),
  );
  const [writer, reader] = [attention(moment, 'writer'), attention(moment, 'reader')];

  test('a slot is a row of its writer, a column of its reader, and a row, a curve and a point of its forgetting', () => {
    const memory = states(moment, 'memory.{s}');
    for (const picture of [writer, memory]) {
      const grid = picture === writer ? 'head-0' : 'states';
      const shapes = linked(forgetting, 'norms', 0, 1, picture);
      expect(hasRow(shapes, rowBox(picture, grid, 1))).toBe(true);
    }
    expect(hasColumn(linked(forgetting, 'angles', 0, 1, reader), columnBox(reader, 'head-0', 1))).toBe(true);
    const shapes = linked(writer, 'head-0', 0, 1, forgetting);
    expect(hasRow(shapes, rowBox(forgetting, 'angles', 1))).toBe(true);
    expect(shapes.map(({ kind }) => kind).sort()).toEqual(['box', 'circle', 'line']);
  });

  test('a segment is all its positions', () => {
    const timeline = pictureOf(
      timelinePicture(moment, { size, palette, event: null, by: 'event', scaleMode: 'fixed' }),
    );
    const shapes = linked(forgetting, 'angles', 1, 0, timeline);
    expect(hasColumn(shapes, columnBox(timeline, 'tokens', 4, 8))).toBe(true);
    const back = linked(timeline, 'tokens', 5, 0, forgetting);
    expect(hasColumn(back, columnBox(forgetting, 'angles', 1))).toBe(true);
  });
});

describe('a hybrid', () => {
  const bare = golden('hqlt', 2, 'two layers, delayed chunk, initial state');
  const { heads } = bare.run.config.model.fields as { heads: number };
  const length = bare.snapshot.mask.length;
  // Which matrices stand where does not depend on what they hold.
  const empty = {
    shape: [length, heads, 4, 4],
    dtype: 'f32' as const,
    data: new Float32Array(length * heads * 16),
  };
  const moment: Moment = {
    ...bare,
    snapshot: {
      ...bare.snapshot,
      taps: { ...bare.snapshot.taps, 'fastWeights.0': empty, 'fastWeights.1': empty },
    },
  };
  const layers = layerChoices(moment.run);
  const matrices = (layer: number): Picture =>
    pictureOf(fastWeightsPicture(moment, { size, palette, choice: layers[layer]!, head: 0, extent: null }));
  const fast = matrices(0);

  test('a head is a matrix, its write strength, its gates and its window attention', () => {
    const { x, y, width, height } = gridOf(fast, 'head-1');
    const whole = { kind: 'box', x, y, width, height };
    const strength = states(moment, 'beta.0');
    expect(linked(strength, 'states', 0, 1, fast)).toContainEqual(whole);
    expect(hasRow(linked(fast, 'head-1', 0, 0, strength), rowBox(strength, 'states', 1))).toBe(true);
    expect(linked(attention(moment, 'tokens'), 'head-1', 0, 0, fast)).toContainEqual(whole);
    const mixing = states(moment, 'mixing.0');
    for (const row of [1, heads + 1]) expect(linked(mixing, 'states', 0, row, fast)).toContainEqual(whole);
    expect(linked(mixing, 'states', 0, 0, fast)).not.toContainEqual(whole);
  });

  test('a head of another layer is another head', () => {
    const { x, y, width, height } = gridOf(fast, 'head-1');
    const whole = { kind: 'box', x, y, width, height };
    expect(linked(states(moment, 'beta.0'), 'states', 0, 1, matrices(1))).not.toContainEqual(whole);
    expect(linked(states(moment, 'beta.1'), 'states', 0, 1, matrices(1))).toContainEqual(whole);
  });

  test('a gradient of a layer is that of all its heads', () => {
    const full = new Float64Array(length).fill(1);
    const state = { full, truncated: null, alone: null };
    const gradient = {
      ...{ step: 40, split: moment.snapshot.split, sampleIndex: moment.snapshot.sampleIndex },
      ...{ horizon: null, position: null, starts: Int32Array.from(full, (_, t) => t) },
      states: [
        { name: 'layers.0.fastWeights', ...state },
        { name: 'layers.1.fastWeights', ...state },
      ],
    } as unknown as TimeGradient;
    const picture = pictureOf(
      gradientPicture(moment, {
        ...{ size, palette, gradient, state: together },
        ...{ logarithmic: true, wholeRange: false },
      }),
    );
    const shapes = linked(fast, 'head-1', 0, 0, picture);
    expect(hasRow(shapes, rowBox(picture, 'states', 0))).toBe(true);
    expect(shapes).toHaveLength(1);
  });
});

describe('RMT and ARMT', () => {
  test('a memory token of RMT is a row and a column when read and when written, and a row of the memory', () => {
    const rmt = golden('rmt', 5, 'three segments');
    const [map, memory] = [attention(rmt, 'tokens'), states(rmt, 'memory.{s}')];
    const shapes = linked(memory, 'states', 0, 1, map);
    const last = gridOf(map, 'head-0').rows - 1;
    for (const i of [1, last]) {
      expect(hasRow(shapes, rowBox(map, 'head-0', i))).toBe(true);
      expect(hasColumn(shapes, columnBox(map, 'head-0', i))).toBe(true);
    }
    expect(hasRow(linked(map, 'head-0', 3, 1, memory), rowBox(memory, 'states', 1))).toBe(true);
  });

  test('a memory token of ARMT has a write strength in its own layer', () => {
    const armt = golden('armt', 5, 'three segments');
    const [map, strength] = [attention(armt, 'tokens'), states(armt, 'beta.{s}.0')];
    const shapes = linked(strength, 'states', 0, 2, map);
    expect(hasRow(shapes, rowBox(map, 'head-0', gridOf(map, 'head-0').rows - 1))).toBe(true);
  });

  test('a memory token of ARMT is a row of its write strengths below the matrix, and a segment a column', () => {
    const vector = withAllTaps(readVectors('armt').find(({ name }) => name === 'three segments')!);
    const armt = vectorMoment(vector, 5);
    const strength = states(armt, 'beta.{s}.0');
    const choice = layerChoices(armt.run)[0]!;
    const matrix = pictureOf(associationsPicture(armt, { size, palette, choice, head: 0, extent: null }));
    const shapes = linked(strength, 'states', 2, 1, matrix);
    expect(hasRow(shapes, rowBox(matrix, 'strength', 1))).toBe(true);
    expect(hasColumn(shapes, columnBox(matrix, 'norm', 2))).toBe(true);
  });
});

test('a unit of an LSTM is the same unit in its state, its cell and its gates', () => {
  const lstm = golden('lstm', 3);
  const [hidden, gates] = [states(lstm, 'hidden'), states(lstm, 'gates')];
  const units = gridOf(hidden, 'states').rows;
  const shapes = linked(hidden, 'states', 3, 2, gates);
  for (let gate = 0; gate < 4; gate++) {
    expect(hasRow(shapes, rowBox(gates, 'states', gate * units + 2))).toBe(true);
  }
  expect(hasRow(linked(gates, 'states', 3, units + 2, hidden), rowBox(hidden, 'states', 2))).toBe(true);
});
