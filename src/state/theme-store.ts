/**
 * Light or dark. The page sets `data-theme` on the root element before the first paint (index.html); this store takes over
 * from there. Canvas instruments redraw when it changes, since their colours come from custom properties.
 */
import { createStore } from 'zustand/vanilla';

export type Theme = 'light' | 'dark';

function createThemeStore(theme: Theme = 'light') {
  return createStore<{ readonly theme: Theme }>(() => ({ theme }));
}

export const themeStore = createThemeStore(
  typeof document !== 'undefined' && document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light',
);

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
