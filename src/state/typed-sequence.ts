/** What a person types as the shown sequence, checked on the page while it is typed. */
import { toFailure } from '../foundation/errors.ts';
import { longestOf, typedTokens } from '../tasks/typed.ts';
import type { RunDescription } from './run-store.ts';
import type { Snapshot } from './snapshot-store.ts';

/** Why a text is no sequence of the run's task, or null. The task itself may still refuse it. */
export function typedProblem(run: RunDescription, text: string): string | null {
  try {
    typedTokens(run.vocabulary, text, longestOf(run));
    return null;
  } catch (error) {
    const { message, remedy } = toFailure(error);
    return `${message} ${remedy}`.trim();
  }
}

/** Only tokens can be typed. */
export const canBeTyped = ({ kind, vocabulary }: RunDescription): boolean =>
  kind === 'tokens' && vocabulary.length > 0;

/** A snapshot's sequence as it would be typed: a text to begin with. */
export function textOf({ vocabulary }: RunDescription, { tokens }: Snapshot): string {
  const spaced = !vocabulary.includes(' ') && !vocabulary.includes('␣');
  return Array.from(tokens ?? [], (token) => vocabulary[token] ?? '').join(spaced ? ' ' : '');
}
