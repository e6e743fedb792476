/** Whether the screen has room for one region only. The same width as in the style sheets. */
import { useMedia } from './use-media.ts';

export const useNarrow = (): boolean => useMedia('(width < 760px)');
