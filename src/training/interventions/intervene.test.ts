import { afterEach, describe, expect, it } from 'vitest';
import { RandomStream } from '../../foundation/random.ts';
import { clampGates, clampInputs } from '../../graph/clamp.ts';
import { evaluate } from '../../graph/evaluate.ts';
import type { Program } from '../../graph/types.ts';
import { openView } from '../../testing/intervention-view.ts';
import type { OpenedView } from '../../testing/intervention-view.ts';
import { toyExecutor } from '../../testing/toy-executor.ts';
import { softmaxRows } from '../metrics.ts';
import type { RunConfig } from '../run.ts';
import { intervene } from './intervene.ts';
import type { Intervention } from './intervention.ts';

const copy: RunConfig['task'] = { id: 'copy', fields: { symbols: 3, minimumLength: 3, maximumLength: 3 } };
const memnet: RunConfig['model'] = {
  id: 'memnet',
  fields: { slots: 4, hiddenSize: 3, keySize: 3, valueSize: 3, sigma: 1, maskEmpty: true },
};
const lstm: RunConfig['model'] = { id: 'lstm', fields: { hiddenSize: 4 } };
const memformer: RunConfig['model'] = {
  id: 'memformer',
  fields: { modelDim: 8, heads: 2, segmentLength: 3, memorySlots: 4, feedForwardDim: 8 },
};

let view: OpenedView;
const executor = toyExecutor();
const open = async (model: RunConfig['model']): Promise<void> => {
  view = await openView(executor, { model, task: copy });
};

afterEach(() => {
  view.dispose();
  expect(executor.held.size).toBe(0);
});

/** The state of one sample as plain numbers that may be changed. */
type State = Record<string, number[]>;

interface ByHand {
  /** Changes what the step of position t finds. */
  readonly finds?: (state: State, t: number) => void;
  /** Changes what it hands on, knowing what it found. */
  readonly handsOn?: (state: State, found: State, t: number) => void;
  /** Fills a tape of inputs that clamp gates. */
  readonly program?: Program;
  readonly clamp?: (t: number) => Record<string, number>;
}

/** The reference: a token model's sequence, one step at a time in double precision; predictions [T, outputs]. */
function byHand(start: State, { finds, handsOn, clamp, program: given }: ByHand): Float32Array {
  const { run, sample, weights } = view;
  const graph = run.inferenceProgram(run.lengthOf('heldOut')).variants[0]!;
  const program = given ?? { variants: [graph], schedule: [0], length: 1, parameters: graph.parameters };
  const tokens = sample.kind === 'tokens' ? sample.tokens : [];
  const outputs: number[] = [];
  let state = structuredClone(start);
  tokens.forEach((token, t) => {
    finds?.(state, t);
    const shapes = new Map(graph.states.map(({ name, shape }) => [name, [1, ...shape]]));
    const inputs = { tokens: [token], ...clamp?.(t) };
    const result = evaluate(program, weights, {
      size: 1,
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([name, data]) => [name, { shape: [1, 1], data: [data].flat() }]),
      ),
      state: Object.fromEntries(
        Object.entries(state).map(([name, data]) => [name, { shape: shapes.get(name)!, data }]),
      ),
    });
    outputs.push(...result.outputs['y']!.data);
    const next = Object.fromEntries(
      Object.entries(result.state).map(([name, { data }]) => [name, [...data]]),
    );
    handsOn?.(next, state, t);
    state = next;
  });
  return softmaxRows(outputs, run.task.outputSize);
}

const memnetStart = (): State => ({
  hidden: [...view.weights['initialHidden']!.data],
  keys: new Array<number>(12).fill(0),
  values: new Array<number>(12).fill(0),
  count: [0],
});

/** Rows of keys and values, newest first. */
const rowsOf = (data: readonly number[]): number[][] => [0, 1, 2, 3].map((i) => data.slice(3 * i, 3 * i + 3));

/** Changes keys and values alike at one position. */
const at =
  (position: number, change: (rows: number[][], part: number) => readonly (readonly number[])[]) =>
  (state: State, t: number): void => {
    if (t !== position) return;
    ['keys', 'values'].forEach((name, part) => {
      state[name] = change(rowsOf(state[name]!), part).flat();
    });
  };

const onSlots = { bank: 'slots', position: 4 } as const;

async function after(...interventions: Intervention[]): Promise<Float32Array> {
  return (await intervene(view, { interventions, survey: null })).after.predictions;
}

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  const largest = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
  expect(largest).toBeLessThan(2e-6);
}

describe('one edit of the slots of MemNet, against the steps evaluated by hand', () => {
  const zero = [0, 0, 0];
  const mean = (rows: number[][]): number[] =>
    zero.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
  it.each<[string, Intervention, Parameters<typeof at>[1]]>([
    ['erase', { ...onSlots, kind: 'erase', slots: [1] }, ([a, , c, d]) => [a!, zero, c!, d!]],
    ['swap', { ...onSlots, kind: 'swap', slots: [0, 2] }, ([a, b, c, d]) => [c!, b!, a!, d!]],
    [
      'overwrite with zeros',
      { ...onSlots, kind: 'overwrite', slots: [0, 3], source: 'zeros' },
      ([, b, c]) => [zero, b!, c!, zero],
    ],
    [
      'overwrite with another slot',
      { ...onSlots, kind: 'overwrite', slots: [0], source: 2 },
      ([, b, c, d]) => [c!, b!, c!, d!],
    ],
    [
      'overwrite with the mean',
      { ...onSlots, kind: 'overwrite', slots: [2], source: 'mean' },
      (rows) => [rows[0]!, rows[1]!, mean(rows), rows[3]!],
    ],
    [
      'noise',
      { ...onSlots, kind: 'noise', slots: [1], amount: 0.5, seed: 9 },
      (rows, part) => {
        const random = new RandomStream('noise', 9, part);
        const all = rows.flat();
        const size = Math.sqrt(all.reduce((sum, x) => sum + x * x, 0) / all.length);
        return rows.map((row, i) => (i === 1 ? row.map((x) => x + 0.5 * size * random.normal()) : row));
      },
    ],
  ])('%s', async (_, intervention, change) => {
    await open(memnet);
    const expected = byHand(memnetStart(), { finds: at(4, change) });
    expect(expected).not.toEqual(byHand(memnetStart(), {}));
    expectClose(await after(intervention), expected);
  });

  it('permute: some other order of the same rows, the same for the same seed', async () => {
    await open(memnet);
    const permute: Intervention = { ...onSlots, kind: 'permute', slots: [0, 1, 2, 3], seed: 5 };
    const predictions = await after(permute);
    expect(await after(permute)).toEqual(predictions);
    const orders = [0, 1, 2, 3].flatMap((a) =>
      [0, 1, 2, 3].flatMap((b) => [0, 1, 2, 3].map((c) => [a, b, c, 6 - a - b - c])),
    );
    const distances = orders
      .filter((order) => new Set(order).size === 4 && order.some((from, to) => from !== to))
      .map((order) => {
        const shuffled = byHand(memnetStart(), { finds: at(4, (rows) => order.map((from) => rows[from]!)) });
        return Math.max(...predictions.map((value, i) => Math.abs(value - shuffled[i]!)));
      });
    expect(distances).toHaveLength(23);
    expect(Math.min(...distances)).toBeLessThan(2e-6);
  });

  it('several edits are made one after the other', async () => {
    await open(memnet);
    const expected = byHand(memnetStart(), {
      finds: (state, t) => {
        at(4, ([a, b, c, d]) => [b!, a!, c!, d!])(state, t);
        at(4, ([, b, c, d]) => [zero, b!, c!, d!])(state, t);
        at(5, ([a, , c, d]) => [a!, zero, c!, d!])(state, t);
      },
    });
    expectClose(
      await after(
        { ...onSlots, kind: 'swap', slots: [0, 1] },
        { ...onSlots, kind: 'erase', slots: [0] },
        { ...onSlots, position: 5, kind: 'erase', slots: [1] },
      ),
      expected,
    );
  });

  it('an erased unit of the hidden state starts over from its learned start', async () => {
    await open(memnet);
    const start = memnetStart();
    const expected = byHand(start, {
      finds: (state, t) => {
        if (t === 3) state['hidden']![2] = start['hidden']![2]!;
      },
    });
    expectClose(await after({ bank: 'hidden state', position: 3, kind: 'erase', slots: [2] }), expected);
  });
});

describe('what is held from a position on', () => {
  it('cut writes leave keys, values and their number as they were', async () => {
    await open(memnet);
    const expected = byHand(memnetStart(), {
      handsOn: (state, found, t) => {
        if (t >= 4) for (const name of ['keys', 'values', 'count']) state[name] = found[name]!;
      },
    });
    expectClose(await after({ ...onSlots, kind: 'cutWrites' }), expected);
  });

  it('a frozen slot keeps its event, and the queue goes on around it', async () => {
    await open(memnet);
    const expected = byHand(memnetStart(), {
      handsOn: (state, found, t) => {
        if (t < 4) return;
        for (const name of ['keys', 'values']) {
          const [newest] = rowsOf(state[name]!);
          const [a, b, c] = rowsOf(found[name]!);
          state[name] = [newest!, b!, a!, c!].flat();
        }
      },
    });
    expectClose(await after({ ...onSlots, kind: 'freeze', slots: [1] }), expected);
  });

  it('a frozen unit of an LSTM keeps hidden and cell value', async () => {
    await open(lstm);
    const start: State = { hidden: [0, 0, 0, 0], cell: [0, 0, 0, 0] };
    const expected = byHand(start, {
      handsOn: (state, found, t) => {
        if (t >= 2) for (const name of ['hidden', 'cell']) state[name]![3] = found[name]![3]!;
      },
    });
    expectClose(await after({ bank: 'hidden state', position: 2, kind: 'freeze', slots: [3] }), expected);
  });

  it('a clamped gate has its value in every step from the position on', async () => {
    await open(lstm);
    const graph = clampGates(view.run.inferenceProgram(view.run.lengthOf('heldOut')).variants[0]!, [
      'forget gate',
    ]);
    const program = { variants: [graph], schedule: [0], length: 1, parameters: graph.parameters };
    const { on, value } = clampInputs('forget gate');
    const start: State = { hidden: [0, 0, 0, 0], cell: [0, 0, 0, 0] };
    const expected = byHand(start, { program, clamp: (t) => ({ [on]: t >= 3 ? 1 : 0, [value]: 0.25 }) });
    expectClose(await after({ kind: 'clamp', gate: 'forget gate', value: 0.25, position: 3 }), expected);
  });

  it('a forget gate held at zero is an erased cell in every step', async () => {
    await open(lstm);
    const start: State = { hidden: [0, 0, 0, 0], cell: [0, 0, 0, 0] };
    const expected = byHand(start, {
      finds: (state, t) => {
        if (t >= 3) state['cell'] = [0, 0, 0, 0];
      },
    });
    expectClose(await after({ kind: 'clamp', gate: 'forget gate', value: 0, position: 3 }), expected);
  });
});

describe('a model of segments', () => {
  it('erases a slot of Memformer in the segment of the position: back to the unit of its bias', async () => {
    await open(memformer);
    const program = view.run.inferenceProgram(view.run.lengthOf('heldOut'));
    const tokens = view.sample.kind === 'tokens' ? [...view.sample.tokens] : [];
    const run = (
      steps: readonly number[],
      begin: number,
      state?: Parameters<typeof evaluate>[2]['state'],
    ) => {
      const schedule = steps.map((step) => program.schedule[step]!);
      const length = schedule.reduce((sum, variant) => sum + program.variants[variant]!.tokens, 0);
      return evaluate({ ...program, schedule, length }, view.weights, {
        size: 1,
        inputs: { tokens: { shape: [1, length], data: tokens.slice(begin, begin + length) } },
        ...(state && { state }),
      });
    };
    const first = run([0], 0);
    const memory = [...first.state['memory']!.data];
    const bias = [...view.weights['memory.bias']!.data.slice(8, 16)];
    const norm = Math.sqrt(bias.reduce((sum, x) => sum + x * x, 1e-12));
    memory.splice(8, 8, ...bias.map((x) => x / norm));
    const rest = run([1, 2], 3, { ...first.state, memory: { shape: [1, 4, 8], data: memory } });
    const logits = [...first.outputs['logits']!.data, ...rest.outputs['logits']!.data];
    expectClose(
      await after({ bank: 'memory slots', position: 4, kind: 'erase', slots: [1] }),
      softmaxRows(logits, view.run.task.outputSize),
    );
  });
});

describe('the result', () => {
  it('leaves the weights as they were, bit for bit, and without interventions nothing is different', async () => {
    await open(memnet);
    const before = structuredClone(await view.parameters());
    const plain = await intervene(view, { interventions: [], survey: null });
    expect(plain.after).toBe(plain.before);
    expectClose(plain.before.predictions, byHand(memnetStart(), {}));
    const erased = await intervene(view, {
      interventions: [{ ...onSlots, kind: 'noise', slots: [0, 1, 2, 3], amount: 2, seed: 1 }],
      survey: { bank: 'slots', position: 4 },
    });
    expect(erased.after.predictions).not.toEqual(plain.before.predictions);
    expect(erased.before).toEqual(plain.before);
    expect(await view.parameters()).toEqual(before);
    const undone = await intervene(view, { interventions: [], survey: null });
    expect(undone).toEqual(plain);
  });

  it('before the position nothing changes, and the losses are those of the predictions', async () => {
    await open(memnet);
    const {
      before,
      after: changed,
      mask,
      targets,
    } = await intervene(view, {
      interventions: [{ ...onSlots, position: 5, kind: 'erase', slots: [2] }],
      survey: null,
    });
    const width = view.run.task.outputSize;
    expect(changed.predictions.slice(0, 5 * width)).toEqual(before.predictions.slice(0, 5 * width));
    const counted = [...mask].flatMap((counts, t) => (counts ? [t] : []));
    for (const course of [before, changed]) {
      const losses = counted.map((t) => -Math.log(course.predictions[t * width + targets[t]!]!));
      losses.forEach((loss, i) => expect(course.losses[counted[i]!]).toBeCloseTo(loss, 5));
      expect(course.loss).toBeCloseTo(losses.reduce((a, b) => a + b, 0) / losses.length, 5);
    }
    expect([...before.losses].map(Number.isNaN)).toEqual([...mask].map((counts) => counts === 0));
  });

  it('the survey is what erasing each slot alone does', async () => {
    await open(memnet);
    const { survey, before } = await intervene(view, {
      interventions: [{ ...onSlots, kind: 'cutWrites' }],
      survey: { bank: 'slots', position: 4 },
    });
    expect(survey!.lossChanges).toHaveLength(4);
    for (const slot of [0, 1, 2, 3]) {
      const alone = await intervene(view, {
        interventions: [{ ...onSlots, kind: 'erase', slots: [slot] }],
        survey: null,
      });
      expect(survey!.lossChanges[slot]).toBeCloseTo(alone.after.loss - before.loss, 6);
    }
    expect(Math.max(...survey!.outputChanges)).toBeGreaterThan(0);
  });

  it.each<[Intervention, RegExp]>([
    [{ ...onSlots, kind: 'erase', slots: [4] }, /no slot 4: there are 4/],
    [{ ...onSlots, kind: 'erase', slots: [] }, /No slot was chosen/],
    [{ ...onSlots, kind: 'swap', slots: [1] }, /takes two slots/],
    [{ ...onSlots, bank: 'window', kind: 'cutWrites' }, /no memory called “window”/],
    [{ ...onSlots, position: 99, kind: 'cutWrites' }, /no position 99/],
    [{ ...onSlots, kind: 'noise', slots: [0], amount: NaN, seed: 1 }, /amount of noise/],
    [{ kind: 'clamp', gate: 'forget gate', value: 1, position: 0 }, /no gate called “forget gate”/],
  ])('refuses %o with a sentence', async (intervention, sentence) => {
    await open(memnet);
    await expect(intervene(view, { interventions: [intervention], survey: null })).rejects.toThrow(sentence);
  });
});
