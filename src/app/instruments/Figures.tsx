/** The headline numbers of the run, large enough for the back of a room. Written straight into the page, not through React. */
import { useRef } from 'react';
import { metricsSources, useDrawing, useRun } from '../../state/hooks.ts';
import { metricsStore } from '../../state/metrics-store.ts';
import { figuresOf } from './figures.ts';
import styles from './Figures.module.css';

export function Figures() {
  const list = useRef<HTMLDListElement>(null);
  const run = useRun((state) => state.run);
  useDrawing(() => {
    for (const [i, figure] of figuresOf(metricsStore, run).entries()) {
      const tile = list.current?.children[i];
      write(tile?.querySelector('dd'), figure.value);
      write(tile?.querySelector('small'), figure.note);
    }
  }, metricsSources);
  return (
    <dl ref={list} className={styles['figures']}>
      {figuresOf(metricsStore, run).map(({ label }) => (
        <div key={label} data-figure={label}>
          <dt>{label}</dt>
          <dd>–</dd>
          <dd>
            <small />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function write(element: Element | null | undefined, figure: string): void {
  // A number and its sign stay on one line.
  const text = figure.replaceAll(' %', '\u00a0%');
  if (element && element.textContent !== text) element.textContent = text;
}
