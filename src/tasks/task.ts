/**
 * What a task is. Sample i of a split is a pure function of (seed, split, i): resuming needs only a cursor, and looking at
 * held-out data cannot disturb training.
 */
import type { Fields, FieldValues } from '../foundation/fields.ts';

/** 'train' and 'heldOut' have the trained lengths; further splits test generalisation and are listed by the task. */
export type SplitName = 'train' | 'heldOut' | (string & {});

export interface Split {
  readonly name: SplitName;
  /** e.g. "twice the length" */
  readonly label: string;
  readonly explanation: string;
  /** Tokens or rows of the longest sample: batches are padded to this. */
  readonly length: number;
}

export interface TokenSample {
  readonly kind: 'tokens';
  readonly tokens: Int32Array;
  /** What should come out at each position. */
  readonly targets: Int32Array;
  /** 1 where the answer counts. */
  readonly mask: Uint8Array;
}

export interface VectorSample {
  readonly kind: 'vectors';
  /** [T, inputSize] */
  readonly inputs: Float32Array;
  /** [T, outputSize] */
  readonly targets: Float32Array;
  readonly mask: Uint8Array;
}

export type Sample = TokenSample | VectorSample;

/** A file as it was dropped. */
export interface DataFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A text or file that the user gave, held by the page and handed to the worker. */
export interface UserData extends DataFile {
  /** Content hash (of all files), kept in the run's config so that a resumed run is given the same data. */
  readonly hash: string;
  /** Further files dropped together with the first, for a task that takes several. */
  readonly more?: readonly DataFile[];
}

/** Something that a sample has more or less of, e.g. pairs to remember or noise between them. */
export interface DifficultyAxis {
  /** e.g. "pairs" */
  readonly name: string;
  /** Title of the axis, in the plural, e.g. "pairs" or "different symbols". */
  readonly label: string;
  /** What the levels count, where the label does not say it. */
  readonly unit?: string;
  /** One sentence: what grows along this axis. */
  readonly explanation: string;
  /** Ascending. */
  readonly values: readonly number[];
  /** The lowest and the highest level of training. */
  readonly trained: readonly [lowest: number, highest: number];
}

/**
 * How a task gets harder, by one or two measures that can be set: what the generalisation grid measures. A cell is a level of
 * every axis.
 */
export interface Difficulty {
  /** The first runs along x, the second along y. */
  readonly axes: readonly [DifficultyAxis] | readonly [DifficultyAxis, DifficultyAxis];
  /** Of the longest sample at these levels. */
  positions(levels: readonly number[]): number;
  /**
   * Sample i at these levels, one for each axis: a pure function of (seed, levels, i), never from contents that training shows,
   * where the task keeps some apart.
   */
  sample(seed: number, levels: readonly number[], index: number): Sample;
}

/** A task with its fields fixed. */
export interface TaskInstance {
  /** 'tokens': cross-entropy over `vocabulary`. 'vectors': mean squared error. */
  readonly kind: 'tokens' | 'vectors';
  /** Input tokens as a person reads them; empty for vectors. */
  readonly vocabulary: readonly string[];
  /** Token that pads short samples (its mask is 0). */
  readonly paddingToken: number;
  /** What can be predicted, usually the vocabulary. */
  readonly outputSize: number;
  readonly inputSize: number;
  readonly splits: readonly Split[];
  sample(seed: number, split: SplitName, index: number): Sample;
  /** The exact answer where there is one: equals the sample's targets wherever mask is 1. For tests; undefined where none exists (text). */
  reference?(sample: Sample): Int32Array | Float32Array;
  /**
   * What a person typed as a sample with its answers; what is missing at its end (a delimiter, the blanks) is added. null where
   * it is no input of this task, and then nobody knows the answers. Absent: nobody ever does.
   */
  complete?(tokens: readonly number[]): TokenSample | null;
  /** Absent: the task has no measure of difficulty of its own beside its splits. */
  readonly difficulty?: Difficulty;
  /** What a guess without memory reaches, e.g. accuracy by chance or perplexity of unigrams. */
  readonly baseline?: Mark;
  /** The best that any model can reach where that is not a perfect answer: the entropy of the data, as perplexity. */
  readonly optimum?: Mark;
  /** Samples are pictures, row by row from the top left, and may be drawn as such. */
  readonly picture?: Picture;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Tokens 0 (background) … levels − 1 (ink) are grey levels. */
  readonly levels: number;
  /** Which row of a sample starts with the width · height pixels. */
  readonly pixelsIn: 'tokens' | 'targets';
}

/** A level on a curve that a person can compare with. */
export interface Mark {
  readonly label: string;
  readonly metric: 'tokenAccuracy' | 'perplexity' | 'normalizedError';
  readonly value: number;
}

export interface TaskDefinition {
  readonly id: string;
  readonly name: string;
  /** One sentence: what goes in, what must come out, what it strains. */
  readonly summary: string;
  readonly source?: string;
  readonly fields: Fields;
  /** Says which kind of file the task reads; absent: none. */
  readonly userData?: {
    readonly accept: string;
    /** With its article, e.g. "a text". */
    readonly what: string;
    readonly explanation: string;
    /**
     * How much a file looks like one of these, whole or damaged, by its name and first bytes: 0 not at all, 1 as much as
     * any file does, 2 clearly.
     */
    readonly resembles: (head: DataFile) => 0 | 1 | 2;
    /** Of each file. */
    readonly maximumBytes: number;
    /** Several files may be dropped together; see `UserData.more`. */
    readonly multiple?: boolean;
  };
  /**
   * @throws PlaygroundError when the data cannot be used (`empty-file`, `not-text`, `file-too-large`, …).
   */
  instantiate(fields: FieldValues, data?: UserData): TaskInstance;
}
