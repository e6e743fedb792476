/**
 * The stage that a picture is shown on: a canvas at the resolution of the screen, the cell under the pointer or the arrow
 * keys with a frame and its exact value, the outlines of what is pointed at elsewhere, and the sentence that stands there
 * while there is nothing to draw. It owns these elements; React only puts them into the page, so that a snapshot is drawn without rendering any component.
 */
import { CanvasRenderer } from './canvas.ts';
import { outlinesOf, pathOf, subjectsAt } from './outlines.ts';
import { paletteOf } from './palette.ts';
import type { Palette } from './palette.ts';
import type { Cell, Drawn, Picture, Size } from './picture.ts';
import { cellAt, cellBox, moveCell } from './picture.ts';
import { pointAt, pointStore, release } from './pointing.ts';

export interface StageElements {
  /** Holds the others; takes focus and pointer. */
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Frame of the visited cell. */
  readonly frame: HTMLElement;
  /** Outlines of what another instrument points at: the same path twice, as halo and as line. */
  readonly outlines: readonly SVGPathElement[];
  readonly notice: HTMLElement;
  /** The exact value, for the eye. */
  readonly readout: HTMLElement;
  /** The exact value, read out when a key has moved the cursor. */
  readonly spoken: HTMLElement;
}

/** What an instrument draws on its stage. */
export interface Scene {
  /** Pixels that the picture wants at a width; ignored while the instrument fills the page. */
  height(width: number): number;
  draw(size: Size, palette: Palette): Drawn;
}

/** A picture that fills the page is enlarged as a whole, letters included, for the back of the room. */
const largestZoom = 1.8;
const roomyWidth = 800;

const hint = 'Point at the picture, or move in it with the arrow keys, for exact values.';

/** An attribute that is set anew costs the browser a look at its styles, changed or not. */
function hide(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

export class PictureStage {
  readonly #elements: StageElements;
  readonly #renderer = new CanvasRenderer();
  readonly #observers: { disconnect(): void }[];
  #available: Size = { width: 0, height: 0 };
  #visible = true;
  #filling = false;
  #zoom = 1;
  #palette: Palette | null = null;
  #picture: Picture | null = null;
  #cell: Cell | null = null;
  #outlined = '';

  /** @param invalidate is called when the stage has changed size or come into view: draw again */
  constructor(elements: StageElements, invalidate: () => void) {
    this.#elements = elements;
    const resize = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const { width, height } = entry.contentRect;
      if (width === this.#available.width && (height === this.#available.height || !this.#filling)) return;
      this.#available = { width, height };
      invalidate();
    });
    resize.observe(elements.root);
    const view = new IntersectionObserver((entries) => {
      const visible = entries.at(-1)?.isIntersecting ?? true;
      if (visible && !this.#visible) invalidate();
      this.#visible = visible;
    });
    view.observe(elements.root);
    this.#observers = [resize, view];
  }

  /** The picture as it was last drawn; null while there is none. */
  get picture(): Picture | null {
    return this.#picture;
  }

  get palette(): Palette | null {
    return this.#palette;
  }

  get cell(): Cell | null {
    return this.#cell;
  }

  /**
   * Draws the scene, unless nobody can see that it has changed.
   * @param place `filling`: the instrument fills the page, and the height is what there is; `unseen`: draw it out of view too
   */
  draw(
    scene: Scene,
    theme: 'light' | 'dark',
    { filling, unseen }: { readonly filling: boolean; readonly unseen: boolean },
  ): void {
    const { root } = this.#elements;
    // The first picture takes its room whoever sees it, so that nothing jumps when it is scrolled to.
    if (!this.#visible && this.#picture && !unseen) return;
    this.#measure(filling);
    const width = Math.floor(this.#available.width);
    if (width === 0) return;
    const natural = Math.round(scene.height(width));
    root.style.height = filling ? '' : `${natural}px`;
    const height = filling ? Math.max(natural * 0.6, Math.floor(this.#available.height)) : natural;
    this.#zoom = filling ? Math.max(1, Math.min(largestZoom, width / roomyWidth, height / natural)) : 1;
    if (this.#palette?.theme !== theme) this.#palette = paletteOf(theme, getComputedStyle(root));
    const size = { width: width / this.#zoom, height: height / this.#zoom };
    this.#show(scene.draw(size, this.#palette), this.#palette);
  }

  /** Asks the page for the size only where the observer cannot know it yet: asking makes the browser lay everything out. */
  #measure(filling: boolean): void {
    if (filling === this.#filling && this.#available.width > 0) return;
    const { root } = this.#elements;
    this.#filling = filling;
    if (filling) root.style.height = '';
    this.#available = { width: root.clientWidth, height: root.clientHeight };
  }

  #show(drawn: Drawn, palette: Palette): void {
    const { canvas, notice } = this.#elements;
    this.#picture = drawn.kind === 'picture' ? drawn : null;
    hide(notice, drawn.kind === 'picture');
    hide(canvas, drawn.kind !== 'picture');
    if (drawn.kind === 'notice') {
      if (notice.textContent !== drawn.text) notice.textContent = drawn.text;
    } else {
      this.#paint(drawn, palette);
    }
    this.#showCell();
    // The same cell may stand for something else now.
    if (pointStore.getState().source === this) this.#pointAtCell();
    this.outline();
  }

  #paint(picture: Picture, palette: Palette): void {
    const { canvas } = this.#elements;
    const ratio = window.devicePixelRatio * this.#zoom;
    const [width, height] = [Math.round(picture.width * ratio), Math.round(picture.height * ratio)];
    // Setting a size clears the canvas and costs a buffer, so only when it has changed.
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    canvas.style.width = `${picture.width * this.#zoom}px`;
    canvas.style.height = `${picture.height * this.#zoom}px`;
    const context = canvas.getContext('2d');
    if (!context) throw new Error('The browser gives no 2-D canvas');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, picture.width, picture.height);
    this.#renderer.draw(context, picture, palette);
    if (canvas.ariaLabel !== picture.summary) canvas.ariaLabel = picture.summary;
  }

  /** The cell under a point of the screen becomes the visited one. */
  point(clientX: number, clientY: number): Cell | null {
    if (!this.#picture) return null;
    const box = this.#elements.canvas.getBoundingClientRect();
    this.#visit(
      cellAt(this.#picture.grids, (clientX - box.left) / this.#zoom, (clientY - box.top) / this.#zoom),
    );
    return this.#cell;
  }

  /** Moves the cursor by a key, and speaks. Null when the key is not one that moves. */
  key(key: string, start: Cell | null): Cell | null {
    if (!this.#picture) return null;
    const next = moveCell(this.#picture.grids, this.#cell ?? start, key);
    if (!next) return null;
    this.#visit(next);
    this.#elements.spoken.textContent = this.#elements.readout.textContent;
    return next;
  }

  leave(): void {
    this.#visit(null);
  }

  /** Outlines what is pointed at, here or in another instrument. No pixel of the picture is drawn anew. */
  outline(): void {
    const { source, grid, subjects } = pointStore.getState();
    const shapes =
      subjects.length > 0 && this.#picture && this.#visible
        ? outlinesOf(this.#picture.grids, subjects, source === this ? grid : null)
        : [];
    const path = pathOf(shapes, this.#zoom);
    if (path === this.#outlined) return;
    this.#outlined = path;
    for (const element of this.#elements.outlines) element.setAttribute('d', path);
  }

  dispose(): void {
    release(this);
    for (const observer of this.#observers) observer.disconnect();
  }

  #visit(cell: Cell | null): void {
    const known = this.#cell;
    if (cell === known) return;
    if (cell?.grid === known?.grid && cell?.column === known?.column && cell?.row === known?.row) return;
    this.#cell = cell;
    this.#showCell();
    if (cell) this.#pointAtCell();
    else release(this);
  }

  #pointAtCell(): void {
    pointAt(this, this.#cell?.grid ?? null, subjectsAt(this.#picture?.grids ?? [], this.#cell));
  }

  #showCell(): void {
    const { frame, readout } = this.#elements;
    const cell = this.#cell;
    const grid = cell && this.#picture?.grids.find(({ id }) => id === cell.grid);
    const column = grid ? Math.min(cell.column, grid.columns - 1) : 0;
    const row = grid ? Math.min(cell.row, grid.rows - 1) : 0;
    hide(frame, !grid);
    const text = grid ? grid.describe(column, row) : this.#picture ? hint : '';
    if (readout.textContent !== text) readout.textContent = text;
    const idle = String(!grid);
    if (readout.dataset['idle'] !== idle) readout.dataset['idle'] = idle;
    if (!grid) return;
    const { x, y, width, height } = cellBox(grid, column, row);
    const zoom = this.#zoom;
    frame.style.transform = `translate(${x * zoom}px, ${y * zoom}px)`;
    frame.style.width = `${width * zoom}px`;
    frame.style.height = `${height * zoom}px`;
  }
}
