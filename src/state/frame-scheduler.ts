/**
 * One animation frame for all drawing. Instruments register a draw function and mark it dirty when what it shows has
 * changed; however many changes arrive, each draws at most once a frame, and a hidden page draws nothing. Work that must
 * wait for the picture, such as acknowledging a snapshot to the worker, goes into `afterDraw`.
 */
export interface Drawing {
  /** Draw in the next frame. */
  markDirty(): void;
  /** No draw after this. */
  dispose(): void;
}

export class FrameScheduler {
  readonly #requestFrame: (callback: () => void) => void;
  readonly #report: (error: unknown) => void;
  readonly #dirty = new Set<() => void>();
  #afterDraw: (() => void)[] = [];
  #requested = false;

  /**
   * @param requestFrame calls back once, before the next paint
   * @param report is told what a draw function threw; the other instruments are drawn all the same
   */
  constructor(requestFrame: (callback: () => void) => void, report: (error: unknown) => void) {
    this.#requestFrame = requestFrame;
    this.#report = report;
  }

  /** Registers a draw function; it is drawn in the next frame. */
  register(draw: () => void): Drawing {
    let disposed = false;
    const drawing: Drawing = {
      markDirty: () => {
        if (disposed) return;
        this.#dirty.add(draw);
        this.#request();
      },
      dispose: () => {
        disposed = true;
        this.#dirty.delete(draw);
      },
    };
    drawing.markDirty();
    return drawing;
  }

  /** Calls back once, after everything dirty has been drawn. */
  afterDraw(callback: () => void): void {
    this.#afterDraw.push(callback);
    this.#request();
  }

  #request(): void {
    if (this.#requested) return;
    this.#requested = true;
    this.#requestFrame(() => this.#flush());
  }

  #flush(): void {
    this.#requested = false;
    const draws = [...this.#dirty];
    this.#dirty.clear();
    const callbacks = this.#afterDraw;
    this.#afterDraw = [];
    for (const work of [...draws, ...callbacks]) {
      try {
        work();
      } catch (error) {
        this.#report(error);
      }
    }
  }
}
