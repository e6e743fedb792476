/** The shell: header on top, settings on the left, instruments in the middle and on the right, the cursor below. */
import { useStore } from 'zustand';
import { Beside } from '../panels/beside/Beside.tsx';
import { layoutStore } from '../state/layout-store.ts';
import { useRun } from '../state/hooks.ts';
import styles from './App.module.css';
import { ComparePanel } from './compare/ComparePanel.tsx';
import { CommandDialog } from './commands/CommandDialog.tsx';
import { useKeyboard } from './commands/use-keyboard.ts';
import { CursorBar } from './cursor/CursorBar.tsx';
import { Header } from './header/Header.tsx';
import { Figures } from './instruments/Figures.tsx';
import { InstrumentList } from './instruments/InstrumentList.tsx';
import { Messages } from './messages/Messages.tsx';
import { ApplyBar } from './settings/ApplyBar.tsx';
import { ModelSection } from './settings/ModelSection.tsx';
import { TaskSection } from './settings/TaskSection.tsx';
import { TrainingSection } from './settings/TrainingSection.tsx';
import { ErrorBoundary } from './ui/ErrorBoundary.tsx';
import { FileDrop } from './ui/FileDrop.tsx';
import { Splitter } from './ui/Splitter.tsx';
import { RegionTabs } from './ui/RegionTabs.tsx';
import { SlowMotionBar } from './slow-motion/SlowMotionBar.tsx';
import { TravelDialogs } from './travel/TravelDialogs.tsx';
import { useNarrow } from './ui/use-narrow.ts';

const comparison = {
  id: 'curves',
  content: (
    <ErrorBoundary name="The compared runs">
      <ComparePanel />
    </ErrorBoundary>
  ),
};

export function App() {
  useKeyboard();
  const tab = useStore(layoutStore, (layout) => layout.tab);
  const narrow = useNarrow();
  const training = useRun((state) => state.status.state === 'training');
  /** A narrow screen holds one region; the others are not there, so that they cost nothing. */
  const shows = (...regions: readonly string[]): boolean => !narrow || regions.includes(tab);
  // What a narrow screen shows is the main part of the page.
  const Aside = narrow ? 'main' : 'aside';
  return (
    <div className={styles['app']} data-training={training}>
      {shows('memory') && (
        <a className={styles['skip']} href="#region-memory">
          Skip to the memory
        </a>
      )}
      <Header />
      <Messages />
      {narrow && <RegionTabs />}
      <div className={styles['columns']}>
        {!narrow && <Splitter border="settings" />}
        {shows('task', 'model') && (
          <Aside className={styles['settings']} aria-label="Settings">
            <ErrorBoundary name="The settings">
              {shows('task') && <TaskSection />}
              {shows('model') && <ModelSection />}
              {shows('model') && <TrainingSection />}
              <ApplyBar />
            </ErrorBoundary>
          </Aside>
        )}
        <div className={styles['instruments']}>
          {shows('memory') && (
            <main className={styles['memory']} id="region-memory" tabIndex={-1} aria-label="Memory">
              <h2 className="visuallyHidden">Memory</h2>
              <ErrorBoundary name="Side by side">
                <Beside />
              </ErrorBoundary>
              <InstrumentList region="memory" />
            </main>
          )}
          {!narrow && <Splitter border="progress" />}
          {shows('progress') && (
            <Aside className={styles['progress']} id="region-progress" tabIndex={-1} aria-label="Progress">
              <h2 className="visuallyHidden">Progress</h2>
              <ErrorBoundary name="The figures">
                <Figures />
              </ErrorBoundary>
              <InstrumentList region="progress" below={comparison} />
            </Aside>
          )}
        </div>
      </div>
      {shows('memory') && <SlowMotionBar />}
      {shows('memory') && <CursorBar />}
      <CommandDialog />
      <TravelDialogs />
      <FileDrop />
    </div>
  );
}
