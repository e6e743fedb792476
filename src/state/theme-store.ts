/**
 * Light or dark. The page sets `data-theme` on the root element before the first paint (index.html); this store takes over
 * from there. Canvas instruments redraw when it changes, since their colours come from custom properties.
 */
import { createStore } from 'zustand/vanilla';

export type Theme = 'light' | 'dark';

interface ThemeState {
  readonly theme: Theme;
  /** The page is on its way to paper, which is light whatever the screen is. */
  readonly printing: boolean;
}

function createThemeStore(theme: Theme = 'light') {
  return createStore<ThemeState>(() => ({ theme, printing: false }));
}

/** What pictures are drawn in now. */
export const drawnTheme = ({ theme, printing }: ThemeState): Theme => (printing ? 'light' : theme);

export const themeStore = createThemeStore(
  typeof document !== 'undefined' && document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light',
);

/** Paper is light, and has room for what is out of view. Holds until `setPrinting(false)`. */
export function setPrinting(printing: boolean): void {
  themeStore.setState({ printing });
  document.documentElement.dataset['theme'] = drawnTheme(themeStore.getState());
}

export function toggleTheme(): void {
  const theme = themeStore.getState().theme === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // Storage is blocked: the choice holds for this visit.
  }
  themeStore.setState({ theme });
}
