/** The field for a sequence of one's own: shown as soon as it can be read, and a sentence while it cannot. */
import { useEffect, useId, useRef, useState } from 'react';
import type { RunDescription } from '../../state/run-store.ts';
import { typedProblem } from '../../state/typed-sequence.ts';
import { usePage } from '../context.ts';
import styles from './CursorBar.module.css';

/** A pause in typing, ms. */
const settling = 250;
/** More symbols than this are not offered as buttons. */
const mostButtons = 40;

interface TypedSequenceProps {
  readonly run: RunDescription;
  /** What stands in the field at first. */
  readonly begin: string;
}

export function TypedSequence({ run, begin }: TypedSequenceProps) {
  const { session } = usePage().playground;
  const [text, setText] = useState(begin);
  const [refusal, setRefusal] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const problemId = useId();
  const problem = typedProblem(run, text) ?? refusal;
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (typedProblem(run, text) !== null) return;
    let current = true;
    const timer = setTimeout(() => {
      void session.probeTyped(text).then((sentence) => {
        if (current) setRefusal(sentence);
      });
    }, settling);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [run, session, text]);
  const change = (next: string): void => {
    setRefusal(null);
    setText(next);
  };
  const insert = (symbol: string): void => {
    const { selectionStart, selectionEnd } = field.current ?? {};
    const [start, end] = [selectionStart ?? text.length, selectionEnd ?? text.length];
    change(`${text.slice(0, start)}${symbol}${text.slice(end)}`);
    field.current?.focus();
  };
  return (
    <span className={styles['typed']}>
      <input
        ref={field}
        type="text"
        aria-label="Typed sequence"
        title="Symbols of the task, next to each other or with spaces between them; what the task needs at the end is added."
        aria-invalid={problem !== null}
        aria-describedby={problemId}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => change(event.target.value)}
      />
      {run.vocabulary.length <= mostButtons && (
        <details className={styles['symbols']}>
          <summary title="Symbols that no key has can be chosen here">symbols</summary>
          <div>
            {run.vocabulary.map((symbol) => (
              <button key={symbol} type="button" onClick={() => insert(symbol)}>
                {symbol}
              </button>
            ))}
          </div>
        </details>
      )}
      <span id={problemId} className={styles['problem']} role="status" hidden={problem === null}>
        {problem}
      </span>
    </span>
  );
}
