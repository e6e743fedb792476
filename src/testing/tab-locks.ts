/** Web locks of one browser, shared by its tabs: just what is used of them. */
export class TabLocks {
  readonly held = new Set<string>();
  readonly #waiting: { name: string; grant: () => void }[] = [];

  readonly request = (async (
    name: string,
    options: LockOptions,
    callback: (lock: Lock | null) => Promise<void> | undefined,
  ) => {
    if (this.held.has(name)) {
      if (options.ifAvailable) return callback(null);
      await new Promise<void>((grant, give) => {
        this.#waiting.push({ name, grant });
        options.signal?.addEventListener('abort', () => give(new DOMException('', 'AbortError')));
      });
    }
    this.held.add(name);
    await callback({ name, mode: 'exclusive' });
    this.release(name);
    return undefined;
  }) as unknown as LockManager['request'];

  readonly query = async (): Promise<LockManagerSnapshot> => ({
    held: [...this.held].map((name) => ({ name })),
  });

  release(name: string): void {
    this.held.delete(name);
    const next = this.#waiting.findIndex((waiting) => waiting.name === name);
    if (next >= 0) this.#waiting.splice(next, 1)[0]!.grant();
  }
}
