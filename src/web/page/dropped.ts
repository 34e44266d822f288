import { withMore } from './later.ts';

/** Opens files that are dropped anywhere: the browser would show them in the place of the page. */
export function takeDropped(): void {
  const isOfFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true;
  addEventListener('dragover', (event) => {
    if (isOfFiles(event)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    if (!isOfFiles(event)) return;
    event.preventDefault();
    // The event keeps them only while it is heard.
    const files = [...event.dataTransfer!.files];
    void withMore().then(({ takeFiles }) => takeFiles(files));
  });
}
