/**
 * What every task that reads a person's file asks of it, and the sentences for a file that cannot be used. The checks happen
 * before a run is touched, so the run is always as it was.
 */
import { PlaygroundError } from '../../foundation/errors.ts';
import type { DataFile, UserData } from '../task.ts';

const runKept = 'Your run is as it was.';

export function fileError(code: string, message: string, remedy: string): PlaygroundError {
  return new PlaygroundError(code, message, runKept, remedy);
}

/** @throws PlaygroundError `no-file` */
export function requireFile(data: UserData | undefined, what: string): UserData {
  if (data) return data;
  throw fileError(
    'no-file',
    `This task needs ${what}, and none has been given yet.`,
    'Drop a file onto the page.',
  );
}

/** @throws PlaygroundError `empty-file` or `file-too-large` */
export function checkFileSize(data: DataFile, maximumBytes: number): void {
  if (data.bytes.length === 0) {
    throw fileError('empty-file', `“${data.name}” is empty.`, 'Choose a file that has something in it.');
  }
  if (data.bytes.length > maximumBytes) {
    throw fileError(
      'file-too-large',
      `“${data.name}” has ${megabytes(data.bytes.length)} MB; at most ${megabytes(maximumBytes)} MB can be used.`,
      'Cut the file to a part of it and give that.',
    );
  }
}

function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return value >= 10 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
}

/**
 * The text of a file: strict UTF-8, without its byte order mark, line ends as `\n`.
 * @throws PlaygroundError `empty-file`, `file-too-large`, `not-text` (binary or UTF-16) or `bad-utf8`
 */
export function readText(data: DataFile, maximumBytes: number): string {
  checkFileSize(data, maximumBytes);
  checkLooksLikeText(data);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(data.bytes);
  } catch {
    throw fileError(
      'bad-utf8',
      `“${data.name}” is not valid UTF-8: it was probably saved in another encoding, or it is damaged.`,
      'Open it in a text editor, save it as UTF-8 and try again.',
    );
  }
  return text.replace(/\r\n?/g, '\n');
}

/** More control characters than this share is no text in any language. */
const largestControlShare = 0.02;

function checkLooksLikeText({ name, bytes }: DataFile): void {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw fileError(
      'not-text',
      `“${name}” is text in UTF-16, which is not read here.`,
      'Open it in a text editor, save it as UTF-8 and try again.',
    );
  }
  let controls = 0;
  let zeros = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === 0) zeros++;
    if (byte === 0x7f || (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d)) {
      controls++;
    }
  }
  if (zeros > 0 || controls > largestControlShare * bytes.length) {
    throw fileError(
      'not-text',
      `“${name}” is not a text: it holds binary data, such as a picture or an archive does.`,
      'Choose a plain text file.',
    );
  }
}
