/**
 * Tells the worker whether anybody looks at the gradient through time, and at which position's loss. One word is under way at
 * a time, so a cursor that is dragged asks for where it stands when the answer comes, not for every place on its way.
 */
import { cursorStore } from './cursor-store.ts';
import { gradientStore } from './gradient-store.ts';
import { runStore } from './run-store.ts';
import type { Session } from './session.ts';

/** Returns the function that ends it. */
export function followGradient(session: Pick<Session, 'watchGradient'>): () => void {
  let told = '';
  let telling = false;
  const update = async (): Promise<void> => {
    const { run } = runStore.getState();
    const { position } = cursorStore.getState();
    const wanted = run ? `${run.runId} ${gradientStore.watched ? position : 'none'}` : '';
    if (telling || wanted === told || wanted === '') return;
    // A new run watches nothing by itself.
    if (!gradientStore.watched && !told.startsWith(`${run?.runId} `)) return;
    telling = true;
    told = wanted;
    await session.watchGradient(gradientStore.watched ? { position } : null);
    telling = false;
    void update();
  };
  const stops = [runStore, cursorStore, gradientStore].map((store) => store.subscribe(() => void update()));
  void update();
  return () => {
    for (const stop of stops) stop();
  };
}
