/** What is at a position of the probe sequence, in words. */
import type { RunDescription } from '../../state/run-store.ts';
import type { Snapshot } from '../../state/snapshot-store.ts';

export interface Readout {
  readonly label: string;
  readonly value: string;
  /** Whether an answer was right; null where none was asked. */
  readonly right: boolean | null;
}

/** Index of the largest of `width` numbers from `start`. */
function argMax(data: Float32Array, start: number, width: number): number {
  let best = 0;
  for (let i = 1; i < width; i++) if (data[start + i]! > data[start + best]!) best = i;
  return best;
}

/** Input, target and output at a position. Vectors are read out by their first component. */
export function readoutAt(run: RunDescription, snapshot: Snapshot, position: number): readonly Readout[] {
  const asked = snapshot.mask[position] === 1;
  if (run.kind === 'vectors' || !snapshot.tokens) {
    const at = (data: ArrayLike<number> | null, width: number): string =>
      data ? (data[position * width] ?? NaN).toFixed(3) : '–';
    return [
      { label: 'input', value: at(snapshot.inputs, run.inputSize), right: null },
      ...(asked ? [{ label: 'target', value: at(snapshot.targets, run.outputSize), right: null }] : []),
      { label: 'output', value: at(snapshot.predictions, run.outputSize), right: null },
    ];
  }
  const text = (token: number | undefined): string => run.vocabulary[token ?? -1] ?? '?';
  const start = position * run.outputSize;
  const output = argMax(snapshot.predictions, start, run.outputSize);
  const target = snapshot.targets[position];
  const probability = (snapshot.predictions[start + output] ?? NaN).toFixed(2);
  const input: Readout = { label: 'input', value: text(snapshot.tokens[position]), right: null };
  const said = `${text(output)} ${probability}`;
  // Of a typed sequence nobody may know the answers.
  if (!snapshot.mask.includes(1)) return [input, { label: 'output', value: said, right: null }];
  if (!asked) return [input, { label: 'no answer is asked here', value: '', right: null }];
  return [
    input,
    { label: 'target', value: text(target), right: null },
    { label: 'output', value: said, right: output === target },
  ];
}
