/**
 * The colours and fonts of a picture. On the page the neutrals come from the theme's custom properties, so that pictures and
 * controls never disagree; the colours that carry meaning are fixed here, chosen to stay apart with colour-vision deficiency
 * (after Okabe and Ito) and to reach a contrast of 3:1 on either page.
 */
export interface Palette {
  readonly theme: 'light' | 'dark';
  readonly surface: string;
  /** Behind cells that hold nothing. */
  readonly well: string;
  readonly ink: string;
  readonly inkMuted: string;
  readonly line: string;
  /** The shared cursor. */
  readonly accent: string;
  /** Answers; always drawn with a shape of their own as well. */
  readonly right: string;
  readonly wrong: string;
  /** The frame of the traced event. */
  readonly trace: string;
  /** Lines of a chart, in order of use. */
  readonly series: readonly string[];
  readonly sans: string;
  readonly mono: string;
}

const sans = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const mono = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

export const lightPalette: Palette = {
  theme: 'light',
  surface: '#ffffff',
  well: '#f1f2f4',
  ink: '#16191d',
  inkMuted: '#59616b',
  line: '#d5d9df',
  accent: '#b4006e',
  right: '#0062a8',
  wrong: '#c44a00',
  trace: '#16191d',
  series: ['#0062a8', '#c44a00', '#00785a', '#9c4587', '#8a6a00', '#4a5cc4'],
  sans,
  mono,
};

export const darkPalette: Palette = {
  theme: 'dark',
  surface: '#14171c',
  well: '#1d2127',
  ink: '#eceff3',
  inkMuted: '#a3acb8',
  line: '#2c323b',
  accent: '#ff7ac3',
  right: '#6cb8f5',
  wrong: '#ff9d4d',
  trace: '#eceff3',
  series: ['#6cb8f5', '#ff9d4d', '#43c59e', '#e39bd3', '#e3c14a', '#a5b1ff'],
  sans,
  mono,
};

/** The palette of a theme with the page's own neutrals, read from its computed style. */
export function paletteOf(theme: 'light' | 'dark', style: CSSStyleDeclaration): Palette {
  const base = theme === 'dark' ? darkPalette : lightPalette;
  const property = (name: string, otherwise: string): string =>
    style.getPropertyValue(name).trim() || otherwise;
  return {
    ...base,
    surface: property('--surface', base.surface),
    ink: property('--ink', base.ink),
    inkMuted: property('--ink-muted', base.inkMuted),
    well: property('--well', base.well),
    trace: property('--ink', base.trace),
    line: property('--line', base.line),
    accent: property('--accent', base.accent),
    sans: property('--font-sans', base.sans),
    mono: property('--font-mono', base.mono),
  };
}
