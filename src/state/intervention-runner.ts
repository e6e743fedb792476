/**
 * Keeps the outcome of the interventions in step with what is shown: asks the worker when somebody looks and something has
 * changed, one question at a time. What changes meanwhile is asked for afterwards, once, as it then is; nothing queues up.
 */
import { toFailure } from '../foundation/errors.ts';
import type { InterventionRequest, InterventionResult } from '../worker/protocol.ts';
import { cursorStore } from './cursor-store.ts';
import { chosenBank, cursorPosition, forgetInterventions, interventionStore } from './interventions.ts';
import type { Intervention } from './interventions.ts';
import { runStore } from './run-store.ts';
import { lengthOf, snapshotStore } from './snapshot-store.ts';

/** Changes within this time are one, ms. */
const settling = 80;
/** While training goes on, questions take at most one part in five of its time and come at most this often, ms. */
const trainingPause = { costs: 4, milliseconds: 1500 };

interface Question {
  readonly key: string;
  readonly request: InterventionRequest;
}

export class InterventionRunner {
  readonly #ask: (request: InterventionRequest) => Promise<InterventionResult>;
  #runId = '';
  /** What the outcome (or the refusal) in the store answers. */
  #answered = '';
  /** What the timer will ask, unless it has changed again. */
  #scheduled = '';
  #underWay = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #notBefore = 0;

  /** @param ask throws PlaygroundError when the worker refuses */
  constructor(ask: (request: InterventionRequest) => Promise<InterventionResult>) {
    this.#ask = ask;
    for (const store of [interventionStore, cursorStore, runStore, snapshotStore])
      store.subscribe(() => this.#consider());
  }

  #consider(): void {
    const runId = runStore.getState().run?.runId ?? '';
    if (runId !== this.#runId) {
      this.#runId = runId;
      this.#answered = '';
      forgetInterventions();
      return; // the store tells of the change
    }
    const question = currentQuestion();
    if (!question) {
      this.#rest();
      return;
    }
    if (!isWatched() || this.#underWay || question.key === this.#answered || question.key === this.#scheduled)
      return;
    clearTimeout(this.#timer);
    this.#scheduled = question.key;
    const training = runStore.getState().status.state === 'training';
    const wait = training ? Math.max(settling, this.#notBefore - performance.now()) : settling;
    this.#timer = setTimeout(() => void this.#run(), wait);
  }

  /** Nothing is asked any more. */
  #rest(): void {
    clearTimeout(this.#timer);
    this.#answered = this.#scheduled = '';
    const { outcome, refusal } = interventionStore.getState();
    if (outcome || refusal !== null) interventionStore.setState({ outcome: null, refusal: null });
  }

  async #run(): Promise<void> {
    this.#scheduled = '';
    const question = currentQuestion();
    if (!question || this.#underWay || !isWatched()) return;
    this.#underWay = true;
    interventionStore.setState({ operating: true });
    const began = performance.now();
    try {
      const outcome = await this.#ask(question.request);
      if (currentQuestion()) interventionStore.setState({ outcome, refusal: null });
    } catch (error) {
      const { message, remedy } = toFailure(error);
      interventionStore.setState({ refusal: `${message} ${remedy}`.trim() });
    }
    const ended = performance.now();
    this.#notBefore = ended + Math.max(trainingPause.milliseconds, trainingPause.costs * (ended - began));
    this.#answered = question.key;
    this.#underWay = false;
    interventionStore.setState({ operating: false });
  }
}

const isWatched = (): boolean => interventionStore.getState().watchers > 0;

/** What should be known now, or null when nothing is wanted. */
function currentQuestion(): Question | null {
  const { interventions, surveying, draft } = interventionStore.getState();
  const { run, status, probe } = runStore.getState();
  const { latest: snapshot, shown } = snapshotStore;
  const position = cursorPosition();
  if (!run || !snapshot || !shown || position === null) return null;
  // Slow motion shows a sample of the batch; what is asked is asked of the probe.
  if (shown.split !== snapshot.split || shown.sampleIndex !== snapshot.sampleIndex) return null;
  const bank = chosenBank(run.memory, draft);
  const survey = surveying && bank ? { bank: bank.name, position } : null;
  const fitting = interventions.filter((intervention) => fits(intervention, lengthOf(snapshot)));
  if (interventions.length === 0 && !survey) return null;
  const request = { interventions: fitting, survey };
  return { key: JSON.stringify([request, run.runId, status.step, probe]), request };
}

/** A sequence may be shorter than the one that an intervention was made on. */
export const fits = ({ position }: Intervention, length: number): boolean => position < length;

/** Whether an outcome is of what is shown now: the same step, sequence, position and operations. */
export function isCurrent(outcome: InterventionResult): boolean {
  const question = currentQuestion();
  const { status, probe } = runStore.getState();
  return (
    question !== null &&
    JSON.stringify(outcome.request) === JSON.stringify(question.request) &&
    outcome.step === status.step &&
    outcome.split === probe.split &&
    outcome.sampleIndex === probe.sampleIndex
  );
}
