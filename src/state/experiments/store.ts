/** Which experiment is open and what of it is chosen; kept while the page is open, so that closing the dialog loses nothing. */
import { createStore } from 'zustand/vanilla';

export interface ExperimentChoice {
  /** null: the list is shown. */
  readonly open: string | null;
  readonly seeds: number;
  /** Labels of rows that are not to be trained, by experiment. */
  readonly leftOut: Readonly<Record<string, readonly string[]>>;
}

export const mostSeeds = 5;

export const experimentStore = createStore<ExperimentChoice>(() => ({ open: null, seeds: 1, leftOut: {} }));

export function chooseRows(experiment: string, labels: readonly string[], chosen: boolean): void {
  experimentStore.setState(({ leftOut }) => {
    const others = (leftOut[experiment] ?? []).filter((label) => !labels.includes(label));
    return { leftOut: { ...leftOut, [experiment]: chosen ? others : [...others, ...labels] } };
  });
}
