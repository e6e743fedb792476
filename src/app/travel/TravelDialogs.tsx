/** The dialogs of saving and sharing; one is open at a time. */
import { useStore } from 'zustand';
import { layoutStore } from '../../state/layout-store.ts';
import { ExportDialog } from './ExportDialog.tsx';
import { LibraryDialog } from './LibraryDialog.tsx';
import { ShareDialog } from './ShareDialog.tsx';

export function TravelDialogs() {
  switch (useStore(layoutStore, (layout) => layout.dialog)) {
    case 'export':
      return <ExportDialog />;
    case 'library':
      return <LibraryDialog />;
    case 'share':
      return <ShareDialog />;
    default:
      return null;
  }
}
