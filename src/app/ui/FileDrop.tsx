/** Takes files (data or a run) that are dropped anywhere on the page, and text that is pasted outside of a field. */
import { useEffect, useState } from 'react';
import { focusKind } from '../../state/keyboard.ts';
import { takeAnyFiles } from '../../state/travel.ts';
import { takeText } from '../../state/user-files.ts';
import { usePage } from '../context.ts';
import styles from './FileDrop.module.css';

const carriesFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

export function FileDrop() {
  const { playground } = usePage();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const hover = (event: DragEvent): void => {
      if (!carriesFile(event)) return;
      event.preventDefault();
      setOver(true);
    };
    window.addEventListener('dragenter', hover, { signal });
    window.addEventListener('dragover', hover, { signal });
    window.addEventListener(
      'dragleave',
      (event) => {
        if (event.relatedTarget === null) setOver(false);
      },
      { signal },
    );
    window.addEventListener(
      'drop',
      (event) => {
        if (!carriesFile(event)) return;
        event.preventDefault();
        setOver(false);
        void takeAnyFiles(playground, [...(event.dataTransfer?.files ?? [])]);
      },
      { signal },
    );
    window.addEventListener(
      'paste',
      (event) => {
        if (focusKind(document.activeElement) === 'text') return;
        const files = [...(event.clipboardData?.files ?? [])];
        const text = event.clipboardData?.getData('text/plain') ?? '';
        if (files.length > 0) void takeAnyFiles(playground, files);
        else if (text !== '') takeText('pasted text', text);
      },
      { signal },
    );
    return () => stop.abort();
  }, [playground]);
  return over ? (
    <div className={styles['overlay']} aria-hidden="true">
      <p>Drop a text or other data to train on it, or a run to open it. It stays in this browser.</p>
    </div>
  ) : null;
}
