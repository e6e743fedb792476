/**
 * Every failure that a person can meet is one of these: a stable code for the program, and three answers for the person:
 * what happened, what was kept, what to do.
 */
export class PlaygroundError extends Error {
  readonly code: string;
  /** What is still there, e.g. "Your run is as it was." */
  readonly kept: string;
  /** What the person can do next. */
  readonly remedy: string;

  constructor(code: string, message: string, kept = '', remedy = '') {
    super(message);
    this.name = 'PlaygroundError';
    this.code = code;
    this.kept = kept;
    this.remedy = remedy;
  }
}

/** A failure as plain data, to cross a worker boundary. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly kept: string;
  readonly remedy: string;
}

export function toFailure(error: unknown): Failure {
  if (error instanceof PlaygroundError) {
    return { code: error.code, message: error.message, kept: error.kept, remedy: error.remedy };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'unexpected',
    message,
    kept: '',
    remedy: 'Reload the page; the run was saved a few seconds ago.',
  };
}
