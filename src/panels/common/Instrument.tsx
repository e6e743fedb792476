/** An instrument that draws a picture: the frame, the stage in it, and the files that the picture can be saved as. */
import { useRef } from 'react';
import type { ReactNode } from 'react';
import { toFailure } from '../../foundation/errors.ts';
import { tell } from '../../state/run-store.ts';
import type { ExportFormat } from './export.ts';
import { blobOf, download, exportFormats } from './export.ts';
import { Frame, useMaximised } from './Frame.tsx';
import type { FrameProps } from './Frame.tsx';
import { sourceText } from './moment.ts';
import type { Table } from './picture.ts';
import type { PictureStage } from './stage.ts';
import { Stage } from './Stage.tsx';
import type { StageProps } from './Stage.tsx';

export interface InstrumentProps extends FrameProps, Omit<StageProps, 'stageRef' | 'maximised'> {
  readonly table: () => Table;
  /** Controls that need more room than the title line has. */
  readonly toolbar?: ReactNode;
}

export function Instrument(props: InstrumentProps) {
  const { id, title, howToRead, more, controls, scene, sources, startCell, onVisit } = props;
  const stageRef = useRef<PictureStage | null>(null);
  const maximised = useMaximised(id);
  const save = (format: ExportFormat): void => void saveAs(format, stageRef.current, props);
  return (
    <Frame {...{ id, title, howToRead, more, controls }} formats={exportFormats} onSave={save}>
      {props.toolbar}
      <Stage
        title={title}
        scene={scene}
        sources={sources}
        {...(startCell ? { startCell } : {})}
        {...(onVisit ? { onVisit } : {})}
        maximised={maximised}
        stageRef={stageRef}
      />
    </Frame>
  );
}

async function saveAs(
  format: ExportFormat,
  stage: PictureStage | null,
  props: InstrumentProps,
): Promise<void> {
  const { picture = null, palette = null } = stage ?? {};
  if (!picture || !palette) {
    tell('notice', {
      code: 'nothing-to-export',
      message: `${props.title} shows nothing yet, so there is nothing to save.`,
      kept: '',
      remedy: 'Train a few steps, then save again.',
    });
    return;
  }
  const caption = { title: props.title, source: sourceText() };
  try {
    const blob = await blobOf({ picture, palette, caption, table: props.table }, format);
    download(blob, `memory-playground-${props.id}.${format}`);
  } catch (error) {
    tell('failure', {
      code: 'export-failed',
      message: `${props.title} could not be saved as ${format.toUpperCase()}: ${toFailure(error).message}.`,
      kept: 'The run and the picture are as they were.',
      remedy: 'Try another format.',
    });
  }
}
