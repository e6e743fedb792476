/** The kernels of all phases of all plans, as text, and the table that they read. */
import { plainKernel, SharedKernel, taskKernels } from './kernel.ts';
import type { KernelTasks, SharedRange, Stages } from './kernel.ts';
import type { PhaseName } from './phases.ts';
import type { Task } from './tasks.ts';
import type { VariantPlan } from './variant.ts';

/** One dispatch. */
export interface Part {
  readonly code: string;
  readonly range: SharedRange;
  /** Tasks that it does side by side. */
  readonly tasks: number;
}

/** What is dispatched for a phase: once for the run, or, where the phase is cut, `body` for every step. */
export interface PhaseParts {
  readonly entry: readonly Part[];
  readonly body: readonly Part[];
  readonly exit: readonly Part[];
}

const noRange: SharedRange = { entry: 0, body: 0, exit: 0, end: 0 };

export class KernelList {
  readonly table: number[] = [];
  readonly #parts = new Map<VariantPlan, Map<PhaseName, PhaseParts>>();

  constructor(plans: readonly VariantPlan[]) {
    const all = plans.flatMap((plan) =>
      [...plan.settlement.kernels].map(([phase, tasks]) => ({ plan, phase, tasks })),
    );
    for (const walk of ['forward', 'backward'] as const) {
      this.#addShared(all.filter(({ tasks }) => tasks.style === 'shared' && tasks.walk === walk));
    }
    for (const { plan, phase, tasks } of all) {
      if (tasks.style === 'plain') {
        const { settlement, values } = plan;
        const barriers = (stage: readonly Task[]) => settlement.barriersOf(phase, stage);
        const code = plainKernel({ tasks, values, pad: settlement.padOf(phase), barriers });
        this.#set(plan, phase, { entry: [], body: [{ code, range: noRange, tasks: 1 }], exit: [] });
      } else if (tasks.style === 'cut') {
        const [entry, body, exit] = [tasks.entry, tasks.body, tasks.exit].map((stages) =>
          this.#cut(stages, plan),
        );
        this.#set(plan, phase, { entry: entry!, body: body!, exit: exit! });
      }
    }
  }

  parts(plan: VariantPlan, phase: PhaseName): PhaseParts {
    return this.#parts.get(plan)?.get(phase) ?? { entry: [], body: [], exit: [] };
  }

  get codes(): ReadonlySet<string> {
    const phases = [...this.#parts.values()].flatMap((own) => [...own.values()]);
    return new Set(
      phases.flatMap(({ entry, body, exit }) => [...entry, ...body, ...exit].map(({ code }) => code)),
    );
  }

  #set(plan: VariantPlan, phase: PhaseName, parts: PhaseParts): void {
    const known = this.#parts.get(plan) ?? new Map<PhaseName, PhaseParts>();
    this.#parts.set(plan, known.set(phase, parts));
  }

  /** One kernel for the phases of all plans: they have the same layers. */
  #addShared(
    phases: readonly { readonly plan: VariantPlan; readonly phase: PhaseName; readonly tasks: KernelTasks }[],
  ): void {
    if (phases.length === 0) return;
    const shared = new SharedKernel();
    const ranges = phases.map(({ plan, tasks }) => shared.add(tasks, plan.values));
    while (this.table.length % 3 !== 0) this.table.push(0);
    const begin = this.table.length;
    this.table.push(...shared.table(begin));
    const code = shared.text(phases[0]!.plan.values.threads);
    phases.forEach(({ plan, phase }, i) => {
      const list = (position: number): number => position + begin / 3;
      const { entry, body, exit, end } = ranges[i]!;
      const range = { entry: list(entry), body: list(body), exit: list(exit), end: list(end) };
      this.#set(plan, phase, { entry: [], body: [{ code, range, tasks: 1 }], exit: [] });
    });
  }

  #cut(stages: Stages, plan: VariantPlan): Part[] {
    return stages.flatMap((stage) =>
      taskKernels(stage, plan.values).map(({ code, words, tasks }) => {
        const range = { ...noRange, body: this.table.length };
        this.table.push(...words);
        return { code, range, tasks };
      }),
    );
  }
}
