/** The training-step cursor in words and marks. */

/** Grid of the marks: two that fall into one cell are drawn as one. */
export const markCells = 400;

export interface StepPlace {
  /** Step of the snapshot that is shown. */
  readonly shown: number;
  /** Step of the newest snapshot. */
  readonly newest: number;
  readonly follows: boolean;
  readonly training: boolean;
}

const count = (step: number): string => step.toLocaleString('en');

/** e.g. "step 320 of 1,500 · live is ahead". */
export function stepPlaceText({ shown, newest, follows, training }: StepPlace): string {
  if (follows) return training ? `step ${count(shown)} · live` : `step ${count(shown)}`;
  return `step ${count(shown)} of ${count(newest)}${training ? ' · live is ahead' : ''}`;
}

/** SVG path of one upright mark for every kept step, in a box `markCells` wide and 1 high. */
export function stepMarks(steps: readonly number[]): string {
  const newest = Math.max(1, steps.at(-1) ?? 1);
  const cells = new Set(steps.map((step) => Math.round((step / newest) * markCells)));
  return [...cells].map((cell) => `M${cell} 0V1`).join('');
}
