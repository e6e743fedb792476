/** Takes a file (a text or a run) that is dropped anywhere on the page, and text that is pasted outside of a field. */
import { useEffect, useState } from 'react';
import { focusKind } from '../../state/keyboard.ts';
import { takeAnyFile } from '../../state/travel.ts';
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
        const file = event.dataTransfer?.files[0];
        if (file) void takeAnyFile(playground, file);
      },
      { signal },
    );
    window.addEventListener(
      'paste',
      (event) => {
        if (focusKind(document.activeElement) === 'text') return;
        const file = event.clipboardData?.files[0];
        const text = event.clipboardData?.getData('text/plain') ?? '';
        if (file) void takeAnyFile(playground, file);
        else if (text !== '') takeText('pasted text', text);
      },
      { signal },
    );
    return () => stop.abort();
  }, [playground]);
  return over ? (
    <div className={styles['overlay']} aria-hidden="true">
      <p>Drop a text to train on it, or a run to open it. It stays in this browser.</p>
    </div>
  ) : null;
}
