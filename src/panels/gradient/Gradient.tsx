/** The gradient through time. The worker computes it only while this can be seen. */
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { slowMotionStore } from '../../state/slow-motion.ts';
import { gradientStore } from '../../state/gradient-store.ts';
import { cursorStore } from '../../state/cursor-store.ts';
import { snapshotSources, usePanelSetting, useRun } from '../../state/hooks.ts';
import type { Subscribable } from '../../state/hooks.ts';
import { Switch } from '../common/Choice.tsx';
import { useFolded } from '../common/Frame.tsx';
import { Instrument } from '../common/Instrument.tsx';
import { Menu } from '../common/Menu.tsx';
import { currentMoment, goToPosition } from '../common/moment.ts';
import type { Cell } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import { Select } from '../common/Select.tsx';
import type { Scene } from '../common/stage.ts';
import type { VisitKind } from '../common/Stage.tsx';
import type { TimeGradient } from './data.ts';
import { gradientData, gradientTable, stateChoices, together } from './data.ts';
import { gradientPicture, naturalHeight } from './picture.ts';

const sources: readonly Subscribable[] = [...snapshotSources, gradientStore];
const emptyHeight = 200;

/** In slow motion the gradient of the step that is followed, else that of the training step at the cursor. */
const shownGradient = (): TimeGradient | null =>
  slowMotionStore.getState().rehearsal?.gradient ?? gradientStore.at(cursorStore.getState().step);

interface Settings {
  readonly state: string;
  readonly logarithmic: boolean;
  readonly wholeRange: boolean;
}

function sceneFor(settings: Settings): Scene {
  return {
    height: (width) => {
      const moment = currentMoment();
      const data = moment && gradientData(moment, shownGradient(), settings.state);
      return data ? naturalHeight(data, width) : emptyHeight;
    },
    draw: (size, palette) =>
      gradientPicture(currentMoment(), { size, palette, gradient: shownGradient(), ...settings }),
  };
}

export function Gradient() {
  const run = useRun((current) => current.run);
  const choices = run ? stateChoices(run) : [];
  const [asked, setAsked] = usePanelSetting<string>('gradient', 'state', together);
  const state = choices.find(({ value }) => value === asked)?.value ?? choices[0]?.value ?? together;
  const [logarithmic, setLogarithmic] = usePanelSetting<boolean>('gradient', 'logarithmic', true);
  const [wholeRange, setWholeRange] = usePanelSetting<boolean>('gradient', 'wholeRange', false);
  const visit = (cell: Cell | null, kind: VisitKind): void => {
    const start = cell && kind !== 'hover' ? shownGradient()?.starts[cell.column] : undefined;
    if (start !== undefined) goToPosition(start);
  };
  return (
    <Watched>
      <Instrument
        id="gradient"
        title="Gradient through time"
        howToRead="The higher a point, the more the loss would change with the memory that this position finds."
        more={<HowToRead />}
        scene={sceneFor({ state, logarithmic, wholeRange })}
        sources={sources}
        table={() => {
          const gradient = shownGradient();
          return gradient ? gradientTable(gradient) : emptyTable;
        }}
        startCell={() => ({ grid: 'norms', column: currentMoment()?.position ?? 0, row: 0 })}
        onVisit={visit}
        controls={
          <>
            {choices.length > 1 && (
              <Select label="Which state" options={choices} value={state} onChange={setAsked} />
            )}
            <Menu label="View" explanation="The vertical axis">
              <Switch
                label="Logarithmic axis"
                explanation="A gradient that vanishes by the same factor at every step is a straight line. Off: linear, from zero."
                value={logarithmic}
                onChange={setLogarithmic}
              />
              <Switch
                label="Whole range"
                explanation="Also where one step alone lies a thousand times above all others; else it is cut off, with its number."
                value={wholeRange}
                onChange={setWholeRange}
              />
            </Menu>
          </>
        }
      />
    </Watched>
  );
}

/** Asks for gradients while its content is in view on a page in view. */
function Watched({ children }: { readonly children: ReactNode }) {
  const root = useRef<HTMLDivElement>(null);
  const folded = useFolded('gradient');
  useEffect(() => {
    let stop: (() => void) | null = null;
    let inView = false;
    const update = (): void => {
      const wanted = inView && !document.hidden && !folded;
      if (wanted) stop ??= gradientStore.watch();
      else {
        stop?.();
        stop = null;
      }
    };
    const observer = new IntersectionObserver((entries) => {
      inView = entries.at(-1)?.isIntersecting ?? false;
      update();
    });
    observer.observe(root.current!);
    document.addEventListener('visibilitychange', update);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', update);
      stop?.();
    };
  }, [folded]);
  return <div ref={root}>{children}</div>;
}

function HowToRead() {
  return (
    <>
      <p>
        Each point is ‖∂loss/∂state‖: the length of the gradient of the loss with respect to the state that a
        position (or a segment) begins with, computed in double precision for the sequence that is shown. On
        the logarithmic axis a straight fall to the left is a gradient that vanishes by the same factor at
        every step back; a ring at the bottom is a zero. What never reaches a position cannot teach it what to
        write.
      </p>
      <p>
        A step that lies more than a thousand times above all others is cut off at the upper edge, with its
        number: so it is before the first write of ARMT, where nearly nothing divides what is read.
      </p>
      <p>
        The line of one position is the part of the loss that belongs to the answer at the cursor: move the
        cursor to see how far back that answer reaches. With truncated training the dashed line is the
        gradient that training uses; it begins anew at every boundary, and the shaded part is what the horizon
        cuts off.
      </p>
      <p>
        It is computed only while it can be seen. During training it takes less than a tenth of the time, so
        it follows at some distance; the legend names the step of its weights.
      </p>
    </>
  );
}
