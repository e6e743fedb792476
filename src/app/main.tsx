/** Starts the page: worker, playground, actions, React. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createActions } from '../state/actions.ts';
import { openPlayground } from '../state/open.ts';
import './base.css';
import './theme.css';
import './ui/controls.css';
import { App } from './App.tsx';
import { PageContext } from './context.ts';
import { preparePrinting } from './printing.ts';

const playground = openPlayground();
preparePrinting();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <PageContext value={{ playground, actions: createActions(playground) }}>
      <App />
    </PageContext>
  </StrictMode>,
);
