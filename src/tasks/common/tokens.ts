/** Writing token samples position by position, and labels that several tasks use. */
import type { Sample, SplitName, TaskInstance, TokenSample } from '../task.ts';

export const letters: readonly string[] = Array.from('abcdefghijklmnopqrstuvwxyz');

/** Shown where nothing is given: the model may answer here, or the sample is over. */
export const blankLabel = '·';
export const delimiterLabel = '⏎';

/** Where the mask is 0 the target has no meaning and is 0. */
export class TokenWriter {
  readonly #tokens: number[] = [];
  readonly #targets: number[] = [];
  readonly #mask: number[] = [];

  /** Tokens that are only read. */
  read(...tokens: readonly number[]): this {
    for (const token of tokens) this.#push(token, 0, 0);
    return this;
  }

  /** A position whose answer counts. */
  ask(token: number, target: number): this {
    this.#push(token, target, 1);
    return this;
  }

  finish(): TokenSample {
    return {
      kind: 'tokens',
      tokens: Int32Array.from(this.#tokens),
      targets: Int32Array.from(this.#targets),
      mask: Uint8Array.from(this.#mask),
    };
  }

  #push(token: number, target: number, mask: 0 | 1): void {
    this.#tokens.push(token);
    this.#targets.push(target);
    this.#mask.push(mask);
  }
}

/**
 * Next-token prediction: position t reads `stream[t]` and should answer `stream[t + 1]`.
 * @param counts whether the answer at a position counts; left out: all do
 */
export function nextTokenSample(
  stream: ArrayLike<number>,
  counts?: (position: number) => boolean,
): TokenSample {
  const length = stream.length - 1;
  const tokens = Int32Array.from({ length }, (_, t) => stream[t]!);
  const mask = Uint8Array.from({ length }, (_, t) => (counts === undefined || counts(t) ? 1 : 0));
  const targets = Int32Array.from({ length }, (_, t) => (mask[t] === 1 ? stream[t + 1]! : 0));
  return { kind: 'tokens', tokens, targets, mask };
}

/** What is typed into a language model: every symbol is asked to foretell the next, the last one has none to foretell. */
export function typedText(tokens: readonly number[]): TokenSample {
  return nextTokenSample([...tokens, 0], (t) => t < tokens.length - 1);
}

/** Narrows a sample of a token task. */
function asTokens(sample: Sample): TokenSample {
  if (sample.kind !== 'tokens') throw new Error('a sample of vectors was given to a task of tokens');
  return sample;
}

/** What is particular to a task whose inputs and answers are tokens of one vocabulary. */
interface TokenTask extends Pick<
  TaskInstance,
  'vocabulary' | 'paddingToken' | 'splits' | 'complete' | 'difficulty' | 'baseline' | 'optimum' | 'picture'
> {
  sample(seed: number, split: SplitName, index: number): TokenSample;
  readonly reference?: (sample: TokenSample) => Int32Array;
}

/** A task that predicts tokens of its own vocabulary. */
export function tokenInstance(task: TokenTask): TaskInstance {
  const { reference, ...rest } = task;
  const size = task.vocabulary.length;
  return {
    ...rest,
    kind: 'tokens',
    inputSize: size,
    outputSize: size,
    ...(reference && { reference: (sample: Sample) => reference(asTokens(sample)) }),
  };
}

/** Targets that are 0 everywhere but where `answerAt` says otherwise. */
export function targetsWhere(
  sample: TokenSample,
  answerAt: (position: number) => number | undefined,
): Int32Array {
  return sample.tokens.map((_, position) => answerAt(position) ?? 0);
}

/** Accuracy of guessing evenly among `choices` answers. */
export function chance(choices: number): NonNullable<TaskInstance['baseline']> {
  return { label: `chance, 1 of ${choices}`, metric: 'tokenAccuracy', value: 1 / choices };
}
