/** The log: the memory in words, one line a position. Choosing a line moves the shared cursor. */
import { useEffect, useRef } from 'react';
import type { MouseEvent, PointerEvent, SyntheticEvent } from 'react';
import { cursorStore } from '../../state/cursor-store.ts';
import { snapshotStore } from '../../state/snapshot-store.ts';
import { useDrawing } from '../../state/hooks.ts';
import type { Subscribable } from '../../state/hooks.ts';
import { csvOf } from '../common/csv.ts';
import { download } from '../common/export.ts';
import { Frame, useFolded } from '../common/Frame.tsx';
import { currentMoment, goToPosition } from '../common/moment.ts';
import { emptyTable } from '../common/picture.ts';
import { pointAt, pointStore, release } from '../common/pointing.ts';
import { isSame, positionSubject } from '../common/subjects.ts';
import { slowly } from '../common/slowly.ts';
import { logEntries, logTable } from './entries.ts';
import styles from './Log.module.css';

/** Text that changes faster than this cannot be read. */
const interval = 500;
const sources: readonly Subscribable[] = [slowly(snapshotStore, interval), cursorStore];

const pointSources: readonly Subscribable[] = [pointStore];

const waiting = 'Train the network, or step once: every position then says what it reads.';

export function Log() {
  const list = useRef<HTMLOListElement>(null);
  const notice = useRef<HTMLParagraphElement>(null);
  // A folded instrument has no list; unfolded, it is drawn anew.
  const folded = useFolded('log');
  useDrawing(() => {
    if (!list.current || !notice.current) return;
    const moment = currentMoment();
    const entries = moment && logEntries(moment);
    notice.current.hidden = entries !== null;
    fill(list.current, entries?.map(({ text }) => text) ?? [], moment?.position ?? -1);
  }, sources);
  useDrawing(() => list.current && mark(list.current), pointSources);
  useEffect(() => () => release(list), []);
  useEffect(() => (folded ? undefined : keptInView(list.current!)), [folded]);
  /** Position of the line that an event is about, or −1. */
  const positionOf = ({ target }: SyntheticEvent): number => {
    const item = target instanceof Element ? target.closest('li') : null;
    return item ? [...list.current!.children].indexOf(item) : -1;
  };
  const choose = (event: MouseEvent): void => {
    const position = positionOf(event);
    if (position >= 0) goToPosition(position);
  };
  const point = (event: SyntheticEvent): void => {
    const position = positionOf(event);
    if (position >= 0) pointAt(list, null, [positionSubject(position)]);
  };
  const leave = (event: PointerEvent): void => {
    if (event.pointerType !== 'touch') release(list);
  };
  const save = (): void => {
    const moment = currentMoment();
    const table = moment ? logTable(moment) : emptyTable;
    download(new Blob([csvOf(table)], { type: 'text/csv;charset=utf-8' }), 'memory-playground-log.csv');
  };
  return (
    <Frame
      id="log"
      title="Log"
      howToRead="The same memory in words: what every position reads, how strongly, and what it answers."
      more={
        <p>
          Reads of weight 0.1 and more are named, at most three a position; the file holds them with all their
          digits. Choose a line to move the cursor there.
        </p>
      }
      formats={['csv']}
      onSave={save}
    >
      <ol
        ref={list}
        className={styles['log']}
        aria-label="Memory events"
        onClick={choose}
        onPointerOver={point}
        onPointerLeave={leave}
        onFocus={point}
        onBlur={() => release(list)}
      />
      <p ref={notice}>{waiting}</p>
    </Frame>
  );
}

/** Writes the lines into the list, touching only what has changed, and keeps the line of the cursor in view. */
function fill(list: HTMLOListElement, lines: readonly string[], current: number): void {
  while (list.children.length > lines.length) list.lastElementChild?.remove();
  while (list.children.length < lines.length) {
    const button = document.createElement('button');
    button.type = 'button';
    list.append(document.createElement('li'));
    list.lastElementChild!.append(button);
  }
  lines.forEach((line, i) => {
    const item = list.children[i]!;
    const button = item.firstElementChild!;
    if (button.textContent !== line) button.textContent = line;
    const here = i === current;
    // One stop for the Tab key; the arrow keys move the cursor, and the stop with it.
    button.setAttribute('tabindex', here ? '0' : '-1');
    if (here === (button.ariaCurrent === 'true')) return;
    button.ariaCurrent = here ? 'true' : null;
    if (here && item instanceof HTMLElement) keepInView(list, item);
  });
}

/** Outlines the lines of what is pointed at. */
function mark(list: HTMLElement): void {
  const { subjects } = pointStore.getState();
  [...list.children].forEach((item, position) => {
    const own = positionSubject(position);
    item.toggleAttribute(
      'data-pointed',
      subjects.some((subject) => isSame(subject, own)),
    );
  });
}

/** Lines that break anew at another width must not carry the line of the cursor out of view. */
function keptInView(list: HTMLOListElement): () => void {
  const observer = new ResizeObserver(() => {
    const item = list.querySelector('[aria-current="true"]')?.parentElement;
    if (item) keepInView(list, item);
  });
  observer.observe(list);
  return () => observer.disconnect();
}

/** Scrolls the list, never the page. */
function keepInView(list: HTMLElement, item: HTMLElement): void {
  const top = item.offsetTop - list.offsetTop;
  if (top < list.scrollTop) list.scrollTop = top;
  const bottom = top + item.offsetHeight - list.clientHeight;
  if (bottom > list.scrollTop) list.scrollTop = bottom;
}
