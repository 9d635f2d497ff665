import { byId } from './dom.js';

/**
 * A file field and the box around it, onto which files and folders can be dropped. What is dropped is read on this machine, and the
 * field's own limits (`accept`, `multiple`) hold for it too as far as names tell.
 */
export function acceptFiles(id: string, receive: (files: File[]) => unknown): void {
  const field = byId<HTMLInputElement>(id);
  const box = field.closest<HTMLElement>('.drop')!;
  const take = (files: File[]): void => {
    const visible = files.filter(({ name }) => !name.startsWith('.'));
    if (visible.length > 0) receive(visible.sort(byPath));
  };
  field.addEventListener('change', () => take([...(field.files ?? [])]));
  // The same file again is a change, too.
  field.addEventListener('click', () => {
    field.value = '';
  });
  box.addEventListener('dragover', (event) => {
    event.preventDefault();
    box.classList.add('over');
  });
  box.addEventListener('dragleave', () => box.classList.remove('over'));
  box.addEventListener('drop', async (event) => {
    event.preventDefault();
    box.classList.remove('over');
    take(await droppedFiles(event.dataTransfer!));
  });
}

/** A file's path in the folder that was chosen or dropped, or its name. */
export function pathOf(file: File): string {
  return (file as { path?: string }).path ?? (file.webkitRelativePath || file.name);
}

const byPath = (a: File, b: File): number => (pathOf(a) < pathOf(b) ? -1 : 1);

async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // The entries have to be taken before the first wait: the list is emptied after the event.
  const found = [...transfer.items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const files = found.map((item) => (item instanceof File ? [item] : item ? filesOf(item) : []));
  return (await Promise.all(files)).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [Object.assign(file, { path: entry.fullPath.slice(1) })];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (;;) {
    // A reader gives a hundred entries at a time, and none at the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return files;
    files.push(...(await Promise.all(entries.map(filesOf))).flat());
  }
}
