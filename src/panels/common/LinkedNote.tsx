/** What every instrument of the memory has in common, told where one reads how to read it. */
export function LinkedNote() {
  return (
    <p>
      What you point at, with the pointer, a tap or the arrow keys, is outlined in the other instruments too,
      with a dashed line: the same position, the same slot, the same head.
    </p>
  );
}
