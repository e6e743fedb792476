/** Attention maps: the writer of a memory, its readers, or tokens among themselves, whichever the model has. */
import type { ReactNode } from 'react';
import type { InstrumentId } from '../../state/layout-store.ts';
import { snapshotSources, usePanelSetting, useRun } from '../../state/hooks.ts';
import { Choice } from '../common/Choice.tsx';
import { Instrument } from '../common/Instrument.tsx';
import { LinkedNote } from '../common/LinkedNote.tsx';
import type { ScaleMode } from '../common/legend.ts';
import { currentMoment, goToPosition } from '../common/moment.ts';
import type { Cell } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import { Select } from '../common/Select.tsx';
import type { Scene } from '../common/stage.ts';
import type { VisitKind } from '../common/Stage.tsx';
import type { AttentionChoice, Family } from './data.ts';
import { attentionChoices, attentionData } from './data.ts';
import { attentionPicture, attentionTable, naturalHeight } from './picture.ts';
import { segmentAt } from '../common/segments.ts';

const emptyHeight = 200;

const scaleModes = [
  { value: 'fixed', label: '0–1', explanation: 'Colours keep their meaning while training goes on.' },
  { value: 'automatic', label: 'auto', explanation: 'The brightest colour is the largest weight shown.' },
] as const;

interface AttentionProps {
  readonly id: InstrumentId;
  readonly title: string;
  readonly family: Family;
  readonly howToRead: string;
  readonly more: ReactNode;
}

function AttentionInstrument({ id, title, family, howToRead, more }: AttentionProps) {
  const run = useRun((state) => state.run);
  const choices = run ? attentionChoices(run, family) : [];
  const [tap, setTap] = usePanelSetting<string>(id, 'tap', '');
  const [scaleMode, setScaleMode] = usePanelSetting<ScaleMode>(id, 'scale', 'fixed', scaleModes);
  const choice = choices.find((candidate) => candidate.tap === tap) ?? choices[0];
  const scene = sceneFor(choice?.tap ?? '', family, scaleMode);
  const visit = (cell: Cell | null, kind: VisitKind): void => {
    if (cell && choice && kind === 'choose') follow(cell, choice);
  };
  return (
    <Instrument
      id={id}
      title={title}
      howToRead={howToRead}
      more={
        <>
          {more}
          <LinkedNote />
        </>
      }
      scene={scene}
      sources={snapshotSources}
      table={() => {
        const moment = currentMoment();
        return moment && choice ? attentionTable(moment, choice) : emptyTable;
      }}
      onVisit={visit}
      controls={
        <>
          {choices.length > 1 && choice && (
            <Select
              label="Which attention"
              options={choices.map((candidate) => ({ value: candidate.tap, label: candidate.label }))}
              value={choice.tap}
              onChange={setTap}
            />
          )}
          <Choice label="Colour scale" options={scaleModes} value={scaleMode} onChange={setScaleMode} />
        </>
      }
    />
  );
}

function sceneFor(tap: string, family: Family, scaleMode: ScaleMode): Scene {
  const chosen = (): AttentionChoice => {
    const { run } = currentMoment() ?? {};
    const choices = run ? attentionChoices(run, family) : [];
    return choices.find((choice) => choice.tap === tap) ?? { tap, family, label: '' };
  };
  return {
    height: (width) => {
      const moment = currentMoment();
      return (moment && naturalHeight(moment, chosen(), width)) ?? emptyHeight;
    },
    draw: (size, palette) =>
      attentionPicture(currentMoment(), { size, palette, choice: chosen(), scaleMode }),
  };
}

/** Choosing a token moves the cursor there; choosing a segment moves it to the start of the segment. */
function follow(cell: Cell, choice: AttentionChoice): void {
  const moment = currentMoment();
  const data = moment && attentionData(moment, choice);
  if (!data) return;
  if (cell.grid === 'types') goToPosition(segmentAt(moment.run, moment.snapshot, cell.column).start);
  const position = cell.grid === 'types' ? -1 : (data.rowPositions[cell.row] ?? -1);
  // The encoder looks back: a row of the segment before would take the picture away from under the pointer.
  if (position >= data.segment.start) goToPosition(position);
}

export function WriterAttention() {
  return (
    <AttentionInstrument
      id="writer"
      title="Writer attention"
      family="writer"
      howToRead="Each row is a slot: how much of itself it keeps, and which tokens of the segment before it takes in."
      more={
        <p>
          The first column is the slot itself, the others what the encoder saw. A slot with at least two
          thirds of its weight on itself is called retaining, with less than a third rewriting, in between
          aggregating (the mean over the heads counts). The bars below show how many slots of each kind there
          are in the write of every segment; click one to go there.
        </p>
      }
    />
  );
}

export function MemoryReader() {
  return (
    <AttentionInstrument
      id="reader"
      title="Memory reader"
      family="reader"
      howToRead="Each row is a token that looks into the memory; bright cells are the slots it reads."
      more={
        <p>
          One map a head and layer. The rows are what the encoder sees in the segment of the cursor: the
          tokens of the segment before, then class tokens. Where all rows are alike, the memory is read as a
          whole rather than looked up.
        </p>
      }
    />
  );
}

export function TokenAttention() {
  return (
    <AttentionInstrument
      id="attention"
      title="Attention"
      family="tokens"
      howToRead="Each row looks at the columns: bright cells are what it takes its information from."
      more={
        <p>
          One map a head. The row of the cursor is framed. Memory tokens stand where the model puts them: a
          bright column of memory is information that came from earlier segments.
        </p>
      }
    />
  );
}
