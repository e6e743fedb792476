/** React bindings of the stores. Low-rate state re-renders; fast data is drawn by `useDrawing`. */
import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { frames } from './drawing.ts';
import { cursorStore } from './cursor-store.ts';
import { layoutStore, setPanelSetting } from './layout-store.ts';
import type { PanelSetting } from './layout-store.ts';
import { metricsStore } from './metrics-store.ts';
import { runStore } from './run-store.ts';
import type { RunState } from './run-store.ts';
import { snapshotStore } from './snapshot-store.ts';
import { themeStore } from './theme-store.ts';
import type { Theme } from './theme-store.ts';

export function useRun<T>(selector: (state: RunState) => T): T {
  return useStore(runStore, selector);
}

export function useTheme(): Theme {
  return useStore(themeStore, (state) => state.theme);
}

/**
 * What was chosen in a control of an instrument; it is remembered in this browser.
 * @param allowed the values that there are, where they are known; a remembered value that is none of them is passed over
 */
export function usePanelSetting<T extends PanelSetting>(
  panel: string,
  name: string,
  otherwise: T,
  allowed: readonly { readonly value: T }[] | null = null,
): readonly [T, (value: T) => void] {
  const stored = useStore(layoutStore, ({ panels }) => panels[panel]?.[name]);
  const fits = allowed ? allowed.some(({ value }) => value === stored) : typeof stored === typeof otherwise;
  const value = fits ? (stored as T) : otherwise;
  return [value, (next) => setPanelSetting(panel, name, next)];
}

/** Anything that tells when it changes: zustand stores, MetricsStore, SnapshotStore. */
export interface Subscribable {
  subscribe(listener: () => void): () => void;
}

/** What a picture of the memory depends on. */
export const snapshotSources: readonly Subscribable[] = [snapshotStore, cursorStore, themeStore];
/** What a picture of the progress depends on. */
export const metricsSources: readonly Subscribable[] = [metricsStore, themeStore];

/**
 * Calls `draw` in an animation frame after mounting, after every render of the component and after every change of the
 * sources, at most once a frame. `draw` reads the stores itself and writes to the DOM through refs.
 *
 * @param sources a constant array (see `snapshotSources`, `metricsSources`)
 */
export function useDrawing(draw: () => void, sources: readonly Subscribable[]): void {
  const latest = useRef(draw);
  const markDirty = useRef<(() => void) | null>(null);
  useEffect(() => {
    latest.current = draw;
    markDirty.current?.();
  });
  useEffect(() => {
    const drawing = frames.register(() => latest.current());
    markDirty.current = () => drawing.markDirty();
    const unsubscribe = sources.map((source) => source.subscribe(() => drawing.markDirty()));
    return () => {
      markDirty.current = null;
      for (const stop of unsubscribe) stop();
      drawing.dispose();
    };
  }, [sources]);
}
