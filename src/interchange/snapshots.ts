/**
 * Snapshots as named tensors and a table of contents, for run bundles and for what the browser keeps: snapshot *k* of the list
 * has `snapshots.K.taps.NAME`, `snapshots.K.tokens` and so on. Read back, every tensor must be there with the length that the
 * sequence calls for; whether the taps are those of a model, only the page can tell that shows one.
 */
import { PlaygroundError } from '../foundation/errors.ts';
import type { Tensor, TensorMap } from '../graph/types.ts';

/** The taps of one probe sequence of T positions at one training step. */
export interface StoredSnapshot {
  readonly step: number;
  readonly split: string;
  readonly sampleIndex: number;
  /** What a person has typed, where the sequence is no sample of a split. */
  readonly typed?: string;
  readonly taps: TensorMap;
  /** [T] */
  readonly tokens: Int32Array | null;
  /** [T], or [T, outputSize] for vectors */
  readonly targets: Int32Array | Float32Array;
  /** [T, inputSize] */
  readonly inputs: Float32Array | null;
  /** [T] */
  readonly mask: Uint8Array;
  /** [T, outputSize] */
  readonly predictions: Float32Array;
  readonly loss: number;
}

const snapshotPrefix = 'snapshots.';
const tapPrefix = 'taps.';
/** Far more than a page keeps. */
const mostSnapshots = 10_000;
const longestTyped = 10_000;

interface Line {
  readonly step: number;
  readonly split: string;
  readonly sampleIndex: number;
  readonly typed?: string;
  /** null stands for NaN. */
  readonly loss: number | null;
}

/** @returns the tensors, and the table of contents as JSON */
export function packSnapshots(snapshots: readonly StoredSnapshot[]): {
  readonly tensors: TensorMap;
  readonly contents: string;
} {
  const tensors: Record<string, Tensor> = {};
  snapshots.forEach(({ taps, tokens, targets, inputs, mask, predictions }, at) => {
    const add = (name: string, tensor: Tensor): void => {
      tensors[`${snapshotPrefix}${at}.${name}`] = tensor;
    };
    const flat = (data: Int32Array | Float32Array): Tensor => ({
      shape: [data.length],
      dtype: data instanceof Int32Array ? 'i32' : 'f32',
      data,
    });
    for (const [name, tensor] of Object.entries(taps)) add(tapPrefix + name, tensor);
    if (tokens) add('tokens', flat(tokens));
    if (inputs) add('inputs', flat(inputs));
    add('targets', flat(targets));
    add('mask', flat(Int32Array.from(mask)));
    add('predictions', flat(predictions));
  });
  const lines = snapshots.map(({ step, split, sampleIndex, typed, loss }): Line => ({
    ...{ step, split, sampleIndex, loss },
    ...(typed !== undefined && { typed }),
  }));
  return { tensors, contents: JSON.stringify(lines) };
}

/**
 * @param contents the table of contents; undefined where a file has none
 * @throws PlaygroundError `bad-snapshots` naming what is wrong.
 */
export function unpackSnapshots(tensors: TensorMap, contents: string | undefined): StoredSnapshot[] {
  if (contents === undefined) return [];
  const lines = linesOf(contents);
  const parts = lines.map((): Record<string, Tensor> => ({}));
  for (const [path, tensor] of Object.entries(tensors)) {
    const match = /^snapshots\.(\d{1,5})\.(.+)$/.exec(path);
    if (match) (parts[Number(match[1])] ?? fail(`“${path}” belongs to no snapshot`))[match[2]!] = tensor;
  }
  return lines.map((line, at) => snapshotOf(line, parts[at]!, at));
}

function linesOf(contents: string): Line[] {
  let lines: unknown;
  try {
    lines = JSON.parse(contents);
  } catch {
    fail('their list is not JSON');
  }
  if (!Array.isArray(lines) || lines.length > mostSnapshots) fail('their list is missing or too long');
  return lines.map((line: unknown, at) => {
    const { step, split, sampleIndex, typed, loss } = (line ?? {}) as Record<string, unknown>;
    if (!isCount(step) || !isCount(sampleIndex) || typeof split !== 'string')
      fail(`number ${at} does not say what it shows`);
    if (loss !== null && typeof loss !== 'number') fail(`number ${at} has no loss`);
    if (typed !== undefined && typeof typed !== 'string') fail(`number ${at} was typed in no letters`);
    return {
      ...{ step, split: split.slice(0, 100), sampleIndex, loss },
      ...(typed !== undefined && { typed: typed.slice(0, longestTyped) }),
    };
  });
}

function snapshotOf(line: Line, parts: Readonly<Record<string, Tensor>>, at: number): StoredSnapshot {
  const part = <Data extends Int32Array | Float32Array>(
    name: string,
    kind: new (n: number) => Data,
  ): Data => {
    const data = Object.hasOwn(parts, name) ? parts[name]?.data : undefined;
    if (!(data instanceof kind)) fail(`number ${at} has no ${name}`);
    return data;
  };
  const mask = Uint8Array.from(part('mask', Int32Array), (visible) => (visible === 0 ? 0 : 1));
  const whole = <Data extends Int32Array | Float32Array>(name: string, data: Data): Data => {
    if (mask.length === 0 || data.length % mask.length > 0)
      fail(`number ${at} has ${name} of another length`);
    return data;
  };
  const targets = parts['targets']?.data;
  return {
    ...line,
    loss: line.loss ?? NaN,
    taps: Object.fromEntries(
      Object.entries(parts)
        .filter(([name]) => name.startsWith(tapPrefix))
        .map(([name, tensor]) => [name.slice(tapPrefix.length), tensor]),
    ),
    tokens: parts['tokens'] ? whole('tokens', part('tokens', Int32Array)) : null,
    inputs: parts['inputs'] ? whole('inputs', part('inputs', Float32Array)) : null,
    targets: whole('targets', targets ?? fail(`number ${at} has no targets`)),
    predictions: whole('predictions', part('predictions', Float32Array)),
    mask,
  };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function fail(reason: string): never {
  throw new PlaygroundError(
    'bad-snapshots',
    `The pictures of earlier steps in this file cannot be read: ${reason}.`,
    'Your run is as it was.',
    'Choose a file that was exported here.',
  );
}
