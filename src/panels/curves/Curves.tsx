/** The curves of the current run. The crosshair is shared: where the pointer is in one plot, all plots show their values. */
import { useMemo } from 'react';
import { fleet } from '../../state/fleet/fleet.ts';
import { metricsSources, usePanelSetting, useRun } from '../../state/hooks.ts';
import type { Subscribable } from '../../state/hooks.ts';
import { Choice, Switch } from '../common/Choice.tsx';
import { Instrument } from '../common/Instrument.tsx';
import { crosshair, linkStore, pointedArm } from '../common/links.ts';
import { Menu } from '../common/Menu.tsx';
import { currentArms, currentProgress } from '../common/moment.ts';
import type { Cell } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import type { Scene } from '../common/stage.ts';
import type { CurvesData } from './picture.ts';
import { curvesPicture, hasCurves, naturalHeight, stepAt } from './picture.ts';
import { curvesTable } from './table.ts';
import type { HorizontalAxis, MetricName } from './series.ts';
import { metrics } from './series.ts';

const sources: readonly Subscribable[] = [...metricsSources, crosshair, pointedArm, fleet];
const emptyHeight = 200;

const axes = [
  { value: 'step', label: 'steps', explanation: 'Against training steps (weight updates).' },
  { value: 'seconds', label: 'seconds', explanation: 'Against seconds of training, pauses left out.' },
  { value: 'tokens', label: 'tokens', explanation: 'Against tokens seen in training.' },
] as const;

/** The current run, and those compared with it that are measured in the same way. */
function currentCurves(): CurvesData | null {
  const progress = currentProgress();
  if (!progress) return null;
  const { kind } = progress.run;
  const arms = currentArms().filter(({ members }) =>
    members.every(({ run }) => (run?.kind ?? kind) === kind),
  );
  return { ...progress, arms };
}

function table() {
  const curves = currentCurves();
  return curves ? curvesTable(curves) : emptyTable;
}

interface Settings {
  readonly axis: HorizontalAxis;
  readonly logX: boolean;
  readonly logY: boolean;
  readonly allSplits: boolean;
  readonly metrics: readonly MetricName[];
}

/** The settings as they are remembered; measures are remembered by what is hidden, so that new ones are shown. */
function useSettings(): readonly [Settings, (settings: Settings) => void] {
  const [axis, setAxis] = usePanelSetting<HorizontalAxis>('curves', 'axis', 'step', axes);
  const [logX, setLogX] = usePanelSetting<boolean>('curves', 'logX', false);
  const [logY, setLogY] = usePanelSetting<boolean>('curves', 'logY', false);
  const [allSplits, setAllSplits] = usePanelSetting<boolean>('curves', 'allSplits', false);
  const [hidden, setHidden] = usePanelSetting<string>('curves', 'hidden', '');
  const settings = useMemo((): Settings => {
    const names = metrics.map((metric) => metric.name);
    const shown = names.filter((name) => !hidden.split(' ').includes(name));
    return { axis, logX, logY, allSplits, metrics: shown };
  }, [axis, logX, logY, allSplits, hidden]);
  const change = (next: Settings): void => {
    setAxis(next.axis);
    setLogX(next.logX);
    setLogY(next.logY);
    setAllSplits(next.allSplits);
    const missing = metrics.filter(({ name }) => !next.metrics.includes(name));
    setHidden(missing.map(({ name }) => name).join(' '));
  };
  return [settings, change];
}

export function Curves() {
  const [settings, setSettings] = useSettings();
  const scene = useMemo(
    (): Scene => ({
      height: (width) => {
        const curves = currentCurves();
        return curves && hasCurves(curves)
          ? naturalHeight(curves.run, width, settings.metrics, curves.arms)
          : emptyHeight;
      },
      draw: (size, palette) =>
        curvesPicture(currentCurves(), {
          ...settings,
          size,
          palette,
          crosshair: linkStore.getState().crosshair,
          pointed: linkStore.getState().arm,
        }),
    }),
    [settings],
  );
  const visit = (cell: Cell | null): void => {
    const curves = cell && currentCurves();
    linkStore.setState({ crosshair: curves ? stepAt(curves, settings, cell.column) : null });
  };
  return (
    <Instrument
      id="curves"
      title="Curves"
      howToRead="Lower loss and higher accuracy are better; held-out lines show what was learned rather than memorised."
      more={<HowToRead />}
      scene={scene}
      sources={sources}
      table={table}
      onVisit={visit}
      controls={<Controls settings={settings} onChange={setSettings} />}
    />
  );
}

interface ControlsProps {
  readonly settings: Settings;
  readonly onChange: (settings: Settings) => void;
}

function Controls({ settings, onChange }: ControlsProps) {
  const kind = useRun((state) => state.run?.kind ?? 'tokens');
  const change = (part: Partial<Settings>): void => onChange({ ...settings, ...part });
  const show = (name: MetricName, shown: boolean): void =>
    change({
      metrics: metrics
        .map((metric) => metric.name)
        .filter((other) => (other === name ? shown : settings.metrics.includes(other))),
    });
  return (
    <>
      <Choice
        label="Horizontal axis"
        options={axes}
        value={settings.axis}
        onChange={(axis) => change({ axis })}
      />
      <Menu label="View" explanation="Logarithmic axes, and which measures are drawn">
        <Switch
          label="Logarithmic horizontal axis"
          explanation="Step 0 is left out."
          value={settings.logX}
          onChange={(logX) => change({ logX })}
        />
        <Switch
          label="Logarithmic loss and perplexity"
          explanation="Shows how small errors become smaller still."
          value={settings.logY}
          onChange={(logY) => change({ logY })}
        />
        <Switch
          label="All data beside compared runs"
          explanation="While runs are compared, also draw this run on lengths that were never trained."
          value={settings.allSplits}
          onChange={(allSplits) => change({ allSplits })}
        />
        {metrics
          .filter((metric) => metric.kinds.includes(kind))
          .map(({ name, label }) => (
            <Switch
              key={name}
              label={label}
              explanation={`Show or hide ${label.toLowerCase()}.`}
              value={settings.metrics.includes(name)}
              onChange={(shown) => show(name, shown)}
            />
          ))}
      </Menu>
    </>
  );
}

function HowToRead() {
  return (
    <>
      <p>
        The faint line is the loss of the training batches as measured, the full line of the same colour its
        running mean. Lines with markers are evaluations on samples set aside: held-out ones of the trained
        length, and longer ones where the task has them.
      </p>
      <p>
        The dashed line is what a guess without memory reaches. Perplexity is e to the power of the loss:
        among how many equally likely tokens the network is in doubt. Numbers at the right are the last
        values, or those at the crosshair.
      </p>
      <p>
        Compared runs carry a letter and are drawn on held-out samples. Where a run was trained with several
        seeds, its line is the median of the seeds measured at that step, and its band reaches from the lowest
        to the highest of them.
      </p>
    </>
  );
}
