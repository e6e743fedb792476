/** Puts a stage into the page and brings pointer and keys to it. */
import { useEffect, useReducer, useRef } from 'react';
import type { KeyboardEvent, PointerEvent, RefObject } from 'react';
import { useDrawing } from '../../state/hooks.ts';
import type { Subscribable } from '../../state/hooks.ts';
import { drawnTheme, themeStore } from '../../state/theme-store.ts';
import styles from './Instrument.module.css';
import type { Cell } from './picture.ts';
import { pointStore } from './pointing.ts';
import { PictureStage } from './stage.ts';
import type { Scene } from './stage.ts';

/** How a cell was reached: by the arrow keys, by the pointer above it, or by a click, a drag or Enter. */
export type VisitKind = 'key' | 'hover' | 'choose';

const pointSources: readonly Subscribable[] = [pointStore];

export interface StageProps {
  readonly title: string;
  /** Reads the stores and gives the picture; called in an animation frame. */
  readonly scene: Scene;
  /** A constant array: what the picture depends on. */
  readonly sources: readonly Subscribable[];
  /** Where the arrow keys start when no cell was visited yet. */
  readonly startCell?: () => Cell | null;
  readonly onVisit?: (cell: Cell | null, kind: VisitKind) => void;

  readonly maximised: boolean;
  /** Receives the stage, so that what is on it can be saved. */
  readonly stageRef: RefObject<PictureStage | null>;
}

function draw(stage: PictureStage | null, scene: Scene, filling: boolean): void {
  const state = themeStore.getState();
  stage?.draw(scene, drawnTheme(state), { filling, unseen: state.printing });
}

export function Stage({ title, scene, sources, startCell, onVisit, maximised, stageRef }: StageProps) {
  const root = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const outlines = useRef<SVGSVGElement>(null);
  const notice = useRef<HTMLParagraphElement>(null);
  const readout = useRef<HTMLParagraphElement>(null);
  const spoken = useRef<HTMLParagraphElement>(null);
  // A changed size renders the component once, and every render draws.
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const stage = new PictureStage(
      {
        root: root.current!,
        canvas: canvas.current!,
        frame: frame.current!,
        outlines: [...outlines.current!.querySelectorAll('path')],
        notice: notice.current!,
        readout: readout.current!,
        spoken: spoken.current!,
      },
      redraw,
    );
    stageRef.current = stage;
    return () => {
      stage.dispose();
      stageRef.current = null;
    };
  }, [stageRef]);
  useDrawing(() => draw(stageRef.current, scene, maximised), sources);
  useDrawing(() => stageRef.current?.outline(), pointSources);

  const point = (event: PointerEvent, kind: VisitKind): void => {
    // The cell is shown whether or not the instrument wants to know of it.
    const cell = stageRef.current?.point(event.clientX, event.clientY) ?? null;
    onVisit?.(cell, kind);
  };
  const leave = (): void => {
    stageRef.current?.leave();
    onVisit?.(null, 'hover');
  };
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === 'Enter' && stageRef.current?.cell) onVisit?.(stageRef.current.cell, 'choose');
    const cell = stageRef.current?.key(event.key, startCell?.() ?? null);
    if (!cell) return;
    // The page's own arrow keys rest while those of the picture are in use.
    event.preventDefault();
    event.stopPropagation();
    onVisit?.(cell, 'key');
  };
  return (
    <>
      <div
        ref={root}
        className={styles['stage']}
        role="application"
        aria-roledescription="picture"
        aria-label={`${title}; arrow keys read the cells`}
        tabIndex={0}
        onPointerMove={(event) => point(event, event.buttons === 1 ? 'choose' : 'hover')}
        onPointerDown={(event) => {
          if (event.button === 0) point(event, 'choose');
        }}
        onPointerLeave={(event) => {
          // A finger that is lifted leaves what it tapped to be read.
          if (event.pointerType !== 'touch') leave();
        }}
        onBlur={leave}
        onKeyDown={press}
      >
        <canvas ref={canvas} role="img" aria-label={title} />
        <div ref={frame} className={styles['frame']} hidden />
        <svg ref={outlines} className={styles['outlines']} aria-hidden="true">
          <path />
          <path />
        </svg>
        <p ref={notice} className={styles['notice']} data-notice="" hidden />
      </div>
      <p ref={readout} className={styles['readout']} />
      <p ref={spoken} className="visuallyHidden" role="status" />
    </>
  );
}
