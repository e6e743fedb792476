/** The bar on top: what is trained, the commands of training, how fast it goes and where. */
import { useStore } from 'zustand';
import { catalog } from '../../state/catalog.ts';
import { presetById } from '../../state/presets.ts';
import { choosePreset, differsFromPreset, settingsStore } from '../../state/settings-store.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import { Icon } from '../ui/icons.tsx';
import { SaveMenu } from '../travel/SaveMenu.tsx';
import { useAction } from '../context.ts';
import { useMedia } from '../ui/use-media.ts';
import { ExecutorMenu } from './ExecutorMenu.tsx';
import styles from './Header.module.css';
import { RunProgress } from './RunProgress.tsx';

/** One row; two rows, what and where above how; or the short rows of a phone. The widths of the style sheet. */
const inTwoRows = '(600px <= width < 1100px)';
const onPhone = '(width < 600px)';

/** The parts stand in the order in which they are seen, so that the Tab key walks through them as the eye does. */
export function Header() {
  const phone = useMedia(onPhone);
  const twoRows = useMedia(inTwoRows);
  const page = (
    <div key="page" className={styles['page']}>
      <ExecutorMenu />
      <PageButtons />
    </div>
  );
  const training = <TrainingButtons key="training" />;
  const preset = <PresetSelect key="preset" />;
  const parts = phone
    ? [<PageButtons key="buttons" />, preset, <ExecutorMenu key="executor" />, training]
    : twoRows
      ? [preset, page, training]
      : [preset, training];
  return (
    <header className={styles['header']}>
      <div className={styles['brand']}>
        <Mark />
        <h1>Memory Playground</h1>
      </div>
      {parts}
      <RunProgress />
      {!phone && !twoRows && page}
    </header>
  );
}

function TrainingButtons() {
  return (
    <div className={styles['training']} role="group" aria-label="Training">
      <TrainButton />
      <div className={styles['steps']} role="group" aria-label="Train a few steps">
        <span className={styles['stepsLabel']} aria-hidden="true">
          step
        </span>
        <ActionButton id="step1">1</ActionButton>
        <ActionButton id="step10">10</ActionButton>
        <ActionButton id="step100">100</ActionButton>
      </div>
      <ActionButton id="slowMotion" icon="slow" look="quiet" iconOnly />
      <ActionButton id="reset" icon="reset" look="quiet" />
      <ActionButton id="newSeed" icon="seed" look="quiet" />
    </div>
  );
}

function PageButtons() {
  return (
    <>
      <ActionButton id="experiments" icon="experiments" look="quiet" iconOnly />
      <SaveMenu />
      <ActionButton id="theme" icon="theme" look="quiet" iconOnly />
      <ActionButton id="commands" icon="commands" look="quiet" iconOnly />
    </>
  );
}

function TrainButton() {
  const { label } = useAction('train');
  return <ActionButton id="train" look="primary" icon={label === 'Pause' ? 'pause' : 'train'} />;
}

function PresetSelect() {
  const presetId = useStore(settingsStore, (settings) => settings.presetId);
  const changed = useStore(settingsStore, differsFromPreset);
  const explanation = presetById(presetId)?.preset.explanation;
  return (
    <div className={styles['preset']}>
      <label htmlFor="preset">Preset</label>
      <select
        id="preset"
        aria-label="Preset"
        value={presetId}
        title={explanation}
        onChange={(event) => choosePreset(event.target.value)}
      >
        {catalog.models
          .filter((model) => model.presets.length > 0)
          .map((model) => (
            <optgroup key={model.id} label={model.name}>
              {model.presets.map((preset) => (
                <option key={preset.id} value={preset.id}>
                  {preset.label}
                </option>
              ))}
            </optgroup>
          ))}
      </select>
      {changed && (
        <button
          type="button"
          className={styles['restore']}
          aria-label="Back to the preset’s settings"
          title="Some settings differ from the preset. Back to the preset’s settings."
          onClick={() => choosePreset(presetId)}
        >
          <Icon name="restore" />
        </button>
      )}
    </div>
  );
}

/** Slots of a memory, one of them being read. */
function Mark() {
  return (
    <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true" focusable="false">
      {[0, 1, 2].flatMap((row) =>
        [0, 1, 2].map((column) => (
          <rect
            key={`${row} ${column}`}
            x={1 + column * 7}
            y={1 + row * 7}
            width="6"
            height="6"
            rx="1.2"
            fill={row === 1 && column === 1 ? 'var(--accent)' : 'currentColor'}
            opacity={
              row === 1 && column === 1 ? 1 : [0.25, 0.55, 0.2, 0.6, 1, 0.4, 0.15, 0.7, 0.3][row * 3 + column]
            }
          />
        )),
      )}
    </svg>
  );
}
