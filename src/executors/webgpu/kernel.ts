/**
 * Kernels: the text around the tasks. A workgroup owns a sample and runs through the time of its run by itself ('forward',
 * 'backward'), or it takes one step of one sample after another ('items'), where steps do not wait for each other.
 */
import { sizeOf } from '../wasm/views.ts';
import { Code } from './code.ts';
import { emitTask } from './emit.ts';
import type { Surroundings } from './emit.ts';
import { functions } from './rules.ts';
import type { Task } from './tasks.ts';

export type Walk = 'items' | 'forward' | 'backward';

/** Tasks with a barrier between one inner list and the next. */
export type Stages = readonly (readonly Task[])[];

/**
 * - plain: one kernel, every number in it a literal;
 * - cut: a kernel for each kind of task, dispatched stage by stage and step by step, numbers in the table;
 * - shared: one kernel for all tasks, which reads from the table what to do.
 */
export type Style = 'plain' | 'cut' | 'shared';

/** A kernel that is dispatched for every step should not be dispatched for many. */
const mostCutSteps = 16;

/**
 * Compiling takes time in proportion to the text, and more where it is long; so long texts are divided and shared. Where that
 * means dispatches for each of many steps, they may be longer by a factor.
 */
export function styleOf(walk: Walk, tasks: number, steps: number, mostPlainTasks: number): Style {
  const canCut = walk === 'items' || steps <= mostCutSteps;
  if (tasks <= mostPlainTasks * (canCut ? 1 : 2.5)) return 'plain';
  return canCut ? 'cut' : 'shared';
}

export interface KernelTasks {
  readonly walk: Walk;
  readonly style: Style;
  /** Before the first step. */
  readonly entry: Stages;
  /** For every step. */
  readonly body: Stages;
  /** After the last step. */
  readonly exit: Stages;
}

/** Bytes of the uniform record: the alignment that dynamic offsets need. */
export const recordBytes = 256;

const declarations = `
struct Run {
  samples: u32,
  // First step, and how many there are.
  step: u32,
  count: u32,
  // Tokens of the sequence before the run, and in each of its steps.
  token: u32,
  tokens: u32,
  // 0: items, 1: forward, 2: backward.
  walk: u32,
  // Where the table's lists for entry, body and exit begin, and where the last one ends.
  entry: u32,
  body: u32,
  exit: u32,
  end: u32,
  // Where the states before the run lie, and where those after it belong.
  before: u32,
  after: u32,
}
@group(0) @binding(0) var<storage, read_write> memory: array<f32>;
@group(0) @binding(1) var<storage, read> parameters: array<f32>;
@group(0) @binding(2) var<storage, read> parameters4: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> table: array<u32>;
@group(0) @binding(4) var<uniform> run: Run;
${functions}`;

const signature = `@compute @workgroup_size(threads)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
)`;

/** Declarations and signature, up to the body of `main`. */
export const kernelHead = (threads: number): string =>
  `${declarations}
const threads = ${threads}u;
${signature}`;

/** What a plain kernel is told of its phase. */
export interface PlainPhase {
  readonly tasks: KernelTasks;
  readonly values: Surroundings;
  /** Floats of the workgroup's own memory. */
  readonly pad: number;
  /** What must be waited for after a stage. */
  readonly barriers: (stage: readonly Task[]) => readonly string[];
}

/** A kernel as text of its own, every number a literal. */
export function plainKernel({
  tasks: { walk, entry, body, exit },
  values,
  pad,
  barriers,
}: PlainPhase): string {
  const emit = (stages: Stages): string =>
    stages
      .map((tasks) => {
        const blocks = tasks.map((task) => block(task, values));
        return [...blocks, ...barriers(tasks).map((barrier) => `${barrier}();`)].join('\n');
      })
      .join('\n');
  const ownMemory = pad > 0 ? `var<workgroup> pad: array<f32, ${pad}>;\n` : '';
  const clock = 'let clock = run.token + step * run.tokens;';
  const loop =
    walk === 'items'
      ? `for (var item = slot; item < run.samples * run.count; item += groups.x) {
  let sample = item / run.count;
  let step = item % run.count;
  ${clock}
  ${emit(body)}
}`
      : `for (var sample = slot; sample < run.samples; sample += groups.x) {
  {
    let step = ${walk === 'forward' ? '0u' : 'run.count - 1u'};
    ${clock}
    ${emit(entry)}
  }
  for (var turn = 0u; turn < run.count; turn++) {
    let step = ${walk === 'forward' ? 'turn' : 'run.count - 1u - turn'};
    ${clock}
    ${emit(body)}
  }
  {
    let step = ${walk === 'forward' ? 'run.count' : '0u - 1u'};
    ${clock}
    ${emit(exit)}
  }
}`;
  return `${ownMemory}${kernelHead(values.threads)} {\nlet slot = group.x;\n${loop}\n}\n`;
}

/** A kernel that does one kind of task, and the numbers of each task, one set after another. */
export interface TaskKernel {
  readonly code: string;
  readonly words: readonly number[];
  readonly tasks: number;
}

/** The kernels of one stage: tasks with equal texts are one dispatch. Their numbers begin at word `run.body` of the table. */
export function taskKernels(stage: readonly Task[], values: Surroundings): TaskKernel[] {
  const byText = new Map<string, { readonly words: number[]; tasks: number }>();
  for (const task of stage.filter(hasWork)) {
    const code = new Code('shared');
    emitTask(code, task, values);
    const known = byText.get(code.text()) ?? { words: [], tasks: 0 };
    known.words.push(...code.words);
    known.tasks++;
    byText.set(code.text(), known);
  }
  return [...byText].map(([text, { words, tasks }]) => ({
    words,
    tasks,
    code: `${kernelHead(values.threads)} {
let slot = group.x;
let at = run.body + group.y * ${words.length / tasks}u;
for (var item = slot; item < run.samples * run.count; item += groups.x) {
let sample = item / run.count;
let step = run.step + item % run.count;
let clock = run.token + step * run.tokens;
${text}
}
}
`,
  }));
}

const hasWork = (task: Task): boolean => task.kind === 'tiles' || sizeOf(task.shape) > 0;

function block(task: Task, values: Surroundings): string {
  if (!hasWork(task)) return '';
  const code = new Code('plain');
  emitTask(code, task, values);
  return `{\n${code.text()}\n}`;
}

/** Where the lists of one kernel lie in the table, as the uniform record wants them; of a task, `body` is where its numbers begin. */
export interface SharedRange {
  readonly entry: number;
  readonly body: number;
  readonly exit: number;
  readonly end: number;
}

/**
 * One kernel for all tasks of a program: a loop over a list of tasks in the table. Tasks whose texts are equal but for the
 * numbers share one text.
 */
export class SharedKernel {
  readonly #texts = new Map<string, number>();
  /** Three words for each task of a list: text, where its numbers begin, and 1 where a barrier follows. */
  readonly #lists: number[] = [];
  readonly #numbers: number[] = [];

  add({ entry, body, exit }: KernelTasks, values: Surroundings): SharedRange {
    const list = (stages: Stages): number => {
      const begin = this.#lists.length / 3;
      for (const tasks of stages) this.#addStage(tasks, values);
      return begin;
    };
    return { entry: list(entry), body: list(body), exit: list(exit), end: this.#lists.length / 3 };
  }

  #addStage(tasks: readonly Task[], values: Surroundings): void {
    for (const task of tasks) {
      if (!hasWork(task)) continue;
      const code = new Code('shared');
      emitTask(code, task, values);
      const text = code.text();
      const known = this.#texts.get(text) ?? this.#texts.size;
      this.#texts.set(text, known);
      this.#lists.push(known, this.#numbers.length, 0);
      this.#numbers.push(...code.words);
    }
    if (this.#lists.length > 0) this.#lists[this.#lists.length - 1] = 1;
  }

  /** Distinct texts so far. */
  get size(): number {
    return this.#texts.size;
  }

  /** Words of the table, which begins at a multiple of three. */
  table(base: number): number[] {
    const begin = base + this.#lists.length;
    const lists = this.#lists.map((word, i) => (i % 3 === 1 ? word + begin : word));
    return [...lists, ...this.#numbers];
  }

  text(threads: number): string {
    const cases = [...this.#texts].map(([text, number]) => `if (kind == ${number}u) {\n${text}\n}`);
    return `${kernelHead(threads)} {
let slot = group.x;
let items = select(run.samples, run.samples * run.count, run.walk == 0u);
let turns = select(run.count + 2u, 1u, run.walk == 0u);
for (var item = slot; item < items; item += groups.x) {
  for (var turn = 0u; turn < turns; turn++) {
    var sample = item;
    var step = max(turn, 1u) - 1u;
    var pc = run.body;
    var end = run.exit;
    if (run.walk == 0u) {
      sample = item / run.count;
      step = item % run.count;
    } else {
      if (run.walk == 2u) { step = run.count - max(turn, 1u); }
      if (turn == 0u) { pc = run.entry; end = run.body; }
      if (turn == turns - 1u) { pc = run.exit; end = run.end; }
    }
    let clock = run.token + step * run.tokens;
    for (; pc < end; pc++) {
      let kind = table[pc * 3u];
      let at = table[pc * 3u + 1u];
      ${cases.join('\n')}
      if (table[pc * 3u + 2u] == 1u) { storageBarrier(); }
    }
  }
}
}
`;
  }
}
