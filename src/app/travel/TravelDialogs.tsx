/** The dialogs of saving, sharing and comparing; one is open at a time. */
import { lazy, Suspense } from 'react';
import { useStore } from 'zustand';
import { layoutStore } from '../../state/layout-store.ts';
import { ExportDialog } from './ExportDialog.tsx';
import { LibraryDialog } from './LibraryDialog.tsx';
import { ShareDialog } from './ShareDialog.tsx';

const ExperimentsDialog = lazy(() => import('../experiments/ExperimentsDialog.tsx'));

export function TravelDialogs() {
  switch (useStore(layoutStore, (layout) => layout.dialog)) {
    case 'export':
      return <ExportDialog />;
    case 'library':
      return <LibraryDialog />;
    case 'share':
      return <ShareDialog />;
    case 'experiments':
      return (
        <Suspense fallback={null}>
          <ExperimentsDialog />
        </Suspense>
      );
    default:
      return null;
  }
}
