/** Keeps a part of the page that fails from taking the rest with it, and says so in its place. */
import { Component } from 'react';
import type { ReactNode } from 'react';
import { toFailure } from '../../foundation/errors.ts';

interface Props {
  /** What is shown here, e.g. "The memory timeline". */
  readonly name: string;
  readonly children: ReactNode;
}

export class ErrorBoundary extends Component<Props, { readonly problem: string | null }> {
  override state: { readonly problem: string | null } = { problem: null };

  static getDerivedStateFromError(error: unknown): { problem: string } {
    return { problem: toFailure(error).message };
  }

  override render(): ReactNode {
    const { problem } = this.state;
    if (problem === null) return this.props.children;
    return (
      <p role="alert" style={{ padding: 'var(--space-4)' }}>
        {this.props.name} could not be shown: {problem}. Training goes on and the run is as it was. Reload the
        page to try again.
      </p>
    );
  }
}
