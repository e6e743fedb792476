/** What can go wrong with the run library, in sentences. */
import { PlaygroundError } from '../foundation/errors.ts';
import type { Failure } from '../foundation/errors.ts';

export const takenOver: Failure = {
  code: 'storage-taken-over',
  message: 'A newer version of this page is open in another tab and has taken over the run library.',
  kept: 'The last save is there; what this tab trains from now on is not saved.',
  remedy: 'Reload this tab to get the newer version, or save the run as a file.',
};

export const closedByBrowser: Failure = {
  code: 'storage-closed',
  message: 'The browser has closed the run library.',
  kept: 'Training goes on, but is not saved any more.',
  remedy: 'Reload the page, or save the run as a file.',
};

export const blockedByOlder = (): PlaygroundError =>
  new PlaygroundError(
    'storage-blocked',
    'An older version of this page is open in another tab and holds the run library.',
    'Training works as usual, but is not saved.',
    'Close the other tabs of this page, then reload this one.',
  );

/** What `open` throws. */
export function openFailure(error: unknown): PlaygroundError {
  if (error instanceof PlaygroundError) return error;
  if (error instanceof DOMException && error.name === 'VersionError') {
    return new PlaygroundError(
      'storage-newer',
      'The run library was written by a newer version of this page.',
      'Your runs are untouched. Training works as usual, but is not saved.',
      'Reload the page to get the newer version.',
    );
  }
  return new PlaygroundError(
    'storage-unavailable',
    'This browser keeps nothing for the page, so the run cannot be saved.',
    'Training works as usual.',
    'Leave the tab open, or allow the site to store data and reload.',
  );
}

/** What opening the compared runs throws; they are kept beside the library. */
export function comparedFailure(error: unknown): PlaygroundError {
  const name = error instanceof DOMException ? error.name : '';
  const kept = 'The current run is saved as usual.';
  if (name === 'VersionError') {
    return new PlaygroundError(
      'compared-newer',
      'The compared runs were written by a newer version of this page, so they are not shown here.',
      `They are untouched. ${kept} Runs that you compare now stay until the page is left.`,
      'Reload the page to get the newer version.',
    );
  }
  return new PlaygroundError(
    'compared-unavailable',
    `The compared runs could not be read from this browser’s storage${name === '' ? '' : ` (${name})`}.`,
    `What is stored of them was not changed. ${kept} Runs that you compare now stay until the page is left.`,
    'Reload the page to try again.',
  );
}

export const comparedTakenOver: Failure = {
  code: 'compared-taken-over',
  message: 'A newer version of this page is open in another tab and has taken over the compared runs.',
  kept: 'The last save of them is there; what changes in this tab from now on stays until it is left.',
  remedy: 'Reload this tab to get the newer version.',
};

export const comparedClosed: Failure = {
  code: 'compared-closed',
  message: 'The browser has closed the storage of the compared runs.',
  kept: 'They stay in this tab until it is left.',
  remedy: 'Reload the page to store them again.',
};

export function saveFailure(error: unknown): PlaygroundError {
  const full = error instanceof DOMException && error.name === 'QuotaExceededError';
  return full
    ? new PlaygroundError(
        'storage-full',
        'The browser’s storage for this page is full, so the run could not be saved.',
        'The last complete save is still there, and training goes on.',
        'Delete runs that you do not need from the library; saving is tried again in a few seconds.',
      )
    : new PlaygroundError(
        'save-failed',
        `The run could not be saved: ${error instanceof Error ? error.message : String(error)}`,
        'The last complete save is still there, and training goes on.',
        'Saving is tried again in a few seconds.',
      );
}
