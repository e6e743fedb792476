/** The page's frame scheduler. A draw function that throws becomes a message and leaves the other instruments alone. */
import { toFailure } from '../foundation/errors.ts';
import { FrameScheduler } from './frame-scheduler.ts';
import { tell } from './run-store.ts';

export const frames = new FrameScheduler(
  (callback) => requestAnimationFrame(callback),
  (error) => {
    tell('failure', {
      code: 'drawing-failed',
      message: `An instrument could not be drawn: ${toFailure(error).message}.`,
      kept: 'Training goes on and the run is as it was.',
      remedy: 'Reload the page if the picture stays empty.',
    });
  },
);
